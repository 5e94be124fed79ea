import { useEffect, useRef, useState } from 'preact/hooks';
import { REQUIRED } from '../../api/faults';
import { deleteSecret, listSecrets, setSecret } from '../../api/settings';
import type { Project, Secret } from '../../api/types';
import { ConfirmButton } from '../../components/confirm_button';
import { Field, FormTrouble, SubmitButton, useForm } from '../../components/form';
import { AlertIcon, KeyIcon } from '../../components/icons';
import { Empty, Loading, SectionHead } from '../../components/section';
import { RelativeTime } from '../../components/time';
import { UnsavedGuard } from '../../components/unsaved_guard';
import { useResource } from '../../state/resource';
import { say } from '../../state/toast';

/** What jobs get as environment variables and nobody gets to see. */
export function SecretsSection({ project }: { project: Project }) {
  const { id } = project;
  const resource = useResource(`secrets ${id}`, (signal) => listSecrets(id, signal));
  const { value: secrets, error } = resource.value;
  const head = useRef<HTMLHeadingElement>(null);
  /** The name of the secret whose value is being replaced; null: a new one. */
  const [replaced, setReplaced] = useState<string | null>(null);

  const change = (name: string, secret: Secret | null) => {
    const others = (resource.peek().value ?? []).filter((known) => known.name !== name);
    const value = secret ? [...others, secret] : others;
    resource.value = { value: value.sort((a, b) => (a.name < b.name ? -1 : 1)), error: null };
    if (name === replaced) setReplaced(null);
  };
  return (
    <>
      <SectionHead title="Secrets" headRef={head}>
        Given to this project's jobs as environment variables, and masked in their logs. Never given to
        pull requests from forks, and never shown again, here or elsewhere.
      </SectionHead>
      {!secrets && <Loading what="Secrets" error={error} retry={resource.reload} />}
      {secrets?.length === 0 && (
        <Empty testId="no-secrets">
          <p>
            <strong>No secrets yet.</strong>
          </p>
          <p class="muted">
            Keep passwords and tokens here instead of in the repository: a script reads them as
            <code> $NAME</code>.
          </p>
        </Empty>
      )}
      {secrets && secrets.length > 0 && (
        <ul class="rows">
          {secrets.map((secret) => (
            <SecretRow
              key={secret.name}
              project={id}
              secret={secret}
              replace={() => setReplaced(secret.name)}
              deleted={() => {
                change(secret.name, null);
                say(`The secret ${secret.name} has been deleted.`);
                head.current?.focus();
              }}
            />
          ))}
        </ul>
      )}
      {secrets && (
        <SecretForm
          key={replaced}
          project={id}
          secrets={secrets}
          name={replaced}
          saved={(secret) => {
            change(secret.name, secret);
            if (replaced !== null) head.current?.focus();
          }}
          cancel={() => setReplaced(null)}
        />
      )}
    </>
  );
}

function SecretRow(props: {
  project: number;
  secret: Secret;
  replace: () => void;
  deleted: () => void;
}) {
  const { project, secret, replace, deleted } = props;
  return (
    <li class="row row-stack" data-testid="secret-row" data-name={secret.name}>
      <span class="row-main">
        <span class="row-title">
          <KeyIcon />
          <code class="anywhere">{secret.name}</code>
        </span>
        <span class="small muted">
          Set <RelativeTime time={secret.updated_at} />
        </span>
        {!secret.masked && (
          <span class="warning small" data-testid="unmasked">
            <AlertIcon />
            Too short to be masked: logs show it wherever a script prints it.
          </span>
        )}
      </span>
      <span class="row-actions">
        <button
          type="button"
          class="button button-small"
          aria-label={`Replace ${secret.name}`}
          data-testid="replace-secret"
          onClick={replace}
        >
          Replace
        </button>
        <ConfirmButton
          class="button-small button-danger"
          label="Delete"
          ariaLabel={`Delete ${secret.name}`}
          testId="delete-secret"
          title="Delete this secret?"
          confirm="Delete secret"
          running="Deleting…"
          act={() => deleteSecret(project, secret.name)}
          done={deleted}
        >
          <p>
            Jobs that start from now on will not have <code class="anywhere">{secret.name}</code>. Its
            value cannot be brought back.
          </p>
        </ConfirmButton>
      </span>
    </li>
  );
}

interface SecretValues {
  name: string;
  value: string;
}

function check(values: SecretValues) {
  const name = values.name.trim();
  if (name === '') return { name: REQUIRED };
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return { name: 'Use letters, digits and “_” only, and do not begin with a digit.' };
  }
  return values.value === '' ? { value: REQUIRED } : {};
}

function SecretForm(props: {
  project: number;
  secrets: Secret[];
  name: string | null;
  saved: (secret: Secret) => void;
  cancel: () => void;
}) {
  const { project, secrets, name, saved, cancel } = props;
  const form = useForm<SecretValues>({
    initial: { name: name ?? '', value: '' },
    check,
    send: async (values) => {
      const secret = await setSecret(project, values.name.trim(), values.value);
      say(`The secret ${secret.name} has been saved.`);
      saved(secret);
    },
  });
  const value = form.control('value');
  const exists = name === null && secrets.some((known) => known.name === form.values.name.trim());
  const element = useRef<HTMLFormElement>(null);

  useEffect(() => {
    if (name !== null) element.current?.querySelector('textarea')?.focus();
  }, []);

  return (
    <form
      class="form form-after"
      noValidate
      ref={element}
      aria-labelledby="secret-form"
      data-testid="secret-form"
      onSubmit={form.onSubmit}
    >
      <UnsavedGuard dirty={form.dirty} />
      <h3 class="form-title" id="secret-form">
        {name === null ? 'Add a secret' : 'Replace a secret'}
      </h3>
      <Field
        control={form.control('name')}
        class="mono"
        label="Name"
        readOnly={name !== null}
        hint="Of the environment variable: letters, digits and “_”."
        note={exists ? 'There is a secret of this name already: saving replaces it.' : ''}
      />
      <Field
        control={value}
        class="mono"
        rows={4}
        label="Value"
        hint="Taken as it is, line ends and spaces included."
        note={
          form.values.value.endsWith('\n') ? 'It ends with an empty line, which is a part of the value.' : ''
        }
      />
      <FormTrouble form={form} />
      <div class="form-end">
        <SubmitButton
          sending={form.sending}
          label={name === null ? 'Add secret' : 'Replace secret'}
          sendingLabel="Saving…"
          testId="save-secret"
        />
        {name !== null && (
          <button type="button" class="button button-large" onClick={cancel}>
            Cancel
          </button>
        )}
      </div>
    </form>
  );
}
