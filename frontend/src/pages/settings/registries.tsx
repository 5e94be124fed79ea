import { useEffect, useRef, useState } from 'preact/hooks';
import { REQUIRED } from '../../api/faults';
import { deleteRegistry, listRegistries, type Registry, setRegistry } from '../../api/registries';
import type { Project } from '../../api/types';
import { ConfirmButton } from '../../components/confirm_button';
import { Field, FormTrouble, SubmitButton, useForm } from '../../components/form';
import { KeyIcon } from '../../components/icons';
import { Empty, Loading, SectionHead } from '../../components/section';
import { RelativeTime } from '../../components/time';
import { UnsavedGuard } from '../../components/unsaved_guard';
import { useResource } from '../../state/resource';
import { say } from '../../state/toast';

/** What images that not everybody may have are pulled with. */
export function RegistriesSection({ project: { id } }: { project: Project }) {
  const resource = useResource(`registries ${id}`, (signal) => listRegistries(id, signal));
  const { value: registries, error } = resource.value;
  const head = useRef<HTMLHeadingElement>(null);
  /** The one whose credentials are being replaced; null: a new one. */
  const [replaced, setReplaced] = useState<Registry | null>(null);

  const change = (registry: string, saved: Registry | null) => {
    const others = (resource.peek().value ?? []).filter((known) => known.registry !== registry);
    const value = saved ? [...others, saved] : others;
    resource.value = { value: value.sort((a, b) => (a.registry < b.registry ? -1 : 1)), error: null };
    if (registry === replaced?.registry) setReplaced(null);
  };
  return (
    <>
      <SectionHead title="Registries" headRef={head}>
        With these credentials this project's jobs pull images from registries that want a password. Pull
        requests from forks never get them, and no script does.
      </SectionHead>
      {!registries && <Loading what="Registries" error={error} retry={resource.reload} />}
      {registries?.length === 0 && (
        <Empty testId="no-registries">
          <p>
            <strong>No registries yet.</strong>
          </p>
          <p class="muted">
            Images that anybody may pull need none. For others, add their registry: what their names begin
            with.
          </p>
        </Empty>
      )}
      {registries && registries.length > 0 && (
        <ul class="rows">
          {registries.map((registry) => (
            <Row
              key={registry.registry}
              project={id}
              registry={registry}
              replace={() => setReplaced(registry)}
              deleted={() => {
                change(registry.registry, null);
                say(`The credentials of ${registry.registry} have been deleted.`);
                head.current?.focus();
              }}
            />
          ))}
        </ul>
      )}
      {registries && (
        <CredentialForm
          key={replaced?.registry}
          project={id}
          registries={registries}
          replaced={replaced}
          saved={(registry) => {
            change(registry.registry, registry);
            if (replaced !== null) head.current?.focus();
          }}
          cancel={() => setReplaced(null)}
        />
      )}
    </>
  );
}

function Row(props: {
  project: number;
  registry: Registry;
  replace: () => void;
  deleted: () => void;
}) {
  const { project, registry: known, replace, deleted } = props;
  return (
    <li class="row row-stack" data-testid="registry-row" data-name={known.registry}>
      <span class="row-main">
        <span class="row-title">
          <KeyIcon />
          <code class="anywhere">{known.registry}</code>
        </span>
        <span class="small muted">
          <span class="anywhere">{known.username}</span>, set <RelativeTime time={known.updated_at} />
        </span>
      </span>
      <span class="row-actions">
        <button
          type="button"
          class="button button-small"
          aria-label={`Replace the credentials of ${known.registry}`}
          data-testid="replace-registry"
          onClick={replace}
        >
          Replace
        </button>
        <ConfirmButton
          class="button-small button-danger"
          label="Delete"
          ariaLabel={`Delete the credentials of ${known.registry}`}
          testId="delete-registry"
          title="Delete these credentials?"
          confirm="Delete credentials"
          running="Deleting…"
          act={() => deleteRegistry(project, known.registry)}
          done={deleted}
        >
          <p>
            Jobs that start from now on ask <code class="anywhere">{known.registry}</code> without any, and
            fail where it wants some.
          </p>
        </ConfirmButton>
      </span>
    </li>
  );
}

interface Values {
  registry: string;
  username: string;
  password: string;
}

/** What people write for a registry, as image names begin with it. */
export function registryOf(text: string): string {
  const name = text.trim().replace(/^https?:\/\//, '').replace(/\/(v\d\/?)?$/, '').toLowerCase();
  return name === 'index.docker.io' ? 'docker.io' : name;
}

function check(values: Values) {
  const faults: Partial<Values> = {};
  const registry = registryOf(values.registry);
  if (registry === '') faults.registry = REQUIRED;
  else if (registry.includes('/')) faults.registry = 'Write only what is before the first slash of an image’s name.';
  else if (!/[.:]|^localhost$/.test(registry)) faults.registry = 'Write host or host:port; Docker Hub is “docker.io”.';
  if (values.username === '') faults.username = REQUIRED;
  else if (values.username.includes(':')) faults.username = 'Must not contain a colon.';
  if (values.password === '') faults.password = REQUIRED;
  return faults;
}

function CredentialForm(props: {
  project: number;
  registries: Registry[];
  replaced: Registry | null;
  saved: (registry: Registry) => void;
  cancel: () => void;
}) {
  const { project, registries, replaced, saved, cancel } = props;
  const form = useForm<Values>({
    initial: { registry: replaced?.registry ?? '', username: replaced?.username ?? '', password: '' },
    check,
    send: async ({ registry, username, password }) => {
      const kept = await setRegistry(project, registryOf(registry), username, password);
      say(`The credentials of ${kept.registry} have been saved.`);
      saved(kept);
    },
  });
  const name = registryOf(form.values.registry);
  const exists = replaced === null && registries.some((known) => known.registry === name);
  const element = useRef<HTMLFormElement>(null);

  useEffect(() => {
    if (replaced !== null) element.current?.querySelector<HTMLInputElement>('[name=username]')?.focus();
  }, []);

  return (
    <form
      class="form form-after"
      noValidate
      ref={element}
      aria-labelledby="registry-form"
      data-testid="registry-form"
      onSubmit={form.onSubmit}
    >
      <UnsavedGuard dirty={form.dirty} />
      <h3 class="form-title" id="registry-form">
        {replaced === null ? 'Add a registry' : 'Replace credentials'}
      </h3>
      <Field
        control={form.control('registry')}
        class="mono"
        label="Registry"
        readOnly={replaced !== null}
        placeholder="registry.example.com:5000"
        hint={
          <>
            Host or host:port, as the images' names begin with it; for Docker Hub <code>docker.io</code>.
          </>
        }
        note={exists ? 'There are credentials of this registry already: saving replaces them.' : ''}
      />
      <Field control={form.control('username')} class="mono" label="User name" />
      <Field
        control={form.control('password')}
        class="mono"
        type="password"
        label="Password"
        hint="Better a token that may only read. It is kept sealed, and never shown again."
      />
      <FormTrouble form={form} />
      <div class="form-end">
        <SubmitButton
          sending={form.sending}
          label={replaced === null ? 'Add registry' : 'Replace credentials'}
          sendingLabel="Saving…"
          testId="save-registry"
        />
        {replaced !== null && (
          <button type="button" class="button button-large" onClick={cancel}>
            Cancel
          </button>
        )}
      </div>
    </form>
  );
}
