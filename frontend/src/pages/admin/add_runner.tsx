import { useRef, useState } from 'preact/hooks';
import { createRegistrationToken, deleteRegistrationToken, listRegistrationTokens } from '../../api/admin';
import type { NewRegistrationToken, RegistrationToken } from '../../api/types';
import { ConfirmButton } from '../../components/confirm_button';
import { Field, FormTrouble, SubmitButton, useForm } from '../../components/form';
import { Loading, SectionHead } from '../../components/section';
import { Moment, RelativeTime } from '../../components/time';
import { ToldOnce } from '../../components/told_once';
import { now } from '../../state/clock';
import { useReloadEvery } from '../../state/refresh';
import { useResource } from '../../state/resource';
import { say } from '../../state/toast';
import { Labels, REFRESH_MS } from './admin_page';

/** What labels somebody wrote, with commas or blanks between them. */
export const labelsOf = (text: string): string[] => text.split(/[\s,]+/).filter((label) => label !== '');

/** How further machines become runners: tokens that each let one in, and the command for it. */
export function AddRunner() {
  const resource = useResource('registration tokens', listRegistrationTokens);
  useReloadEvery(resource, REFRESH_MS);
  const { value: tokens, error } = resource.value;
  const head = useRef<HTMLHeadingElement>(null);
  const [made, setMade] = useState<NewRegistrationToken | null>(null);
  const open = tokens?.filter((token) => token.used_at === null && Date.parse(token.expires_at) > now.peek());
  return (
    <section class="part admin-part">
      <SectionHead title="Add a runner" headRef={head}>
        A token lets one machine in, once. The machine then has a credential of its own, which you can
        revoke.
      </SectionHead>
      {made && (
        <ToldOnce
          ariaLabel="A new runner"
          words="Run this in a checkout of Kozmic CI on the machine now: the token is not shown again."
          label="Command"
          text={commandOf(made)}
          testId="new-registration-token"
          textTestId="join-command"
          close={() => {
            setMade(null);
            head.current?.focus();
          }}
        />
      )}
      {!open && <Loading what="Registration tokens" error={error} retry={resource.reload} rows={1} />}
      {open && open.length > 0 && (
        <ul class="rows">
          {open.map((token) => (
            <TokenRow
              key={token.id}
              token={token}
              removed={() => {
                if (made?.registration_token.id === token.id) setMade(null);
                resource.reload();
                say('The token is of no use any more.');
                head.current?.focus();
              }}
            />
          ))}
        </ul>
      )}
      <TokenForm
        made={(token) => {
          setMade(token);
          resource.reload();
        }}
      />
    </section>
  );
}

/** What the machine's administrator types there. */
function commandOf({ token, registration_token: { runner } }: NewRegistrationToken): string {
  const name = runner === null ? '' : ` --name ${runner}`;
  return `./kozmic join ${location.origin}${name} --token ${token}`;
}

function TokenRow({ token, removed }: { token: RegistrationToken; removed: () => void }) {
  const name = token.display_name || token.runner || `Token ${token.id}`;
  return (
    <li class="row" data-testid="registration-token">
      <span class="row-main">
        <span class="row-title">
          <span class="anywhere">{name}</span>
          <Labels labels={token.labels} />
        </span>
        <span class="facts">
          <span class="fact">Not used yet</span>
          <span class="fact">
            Made by {token.creator} <RelativeTime time={token.created_at} />
          </span>
          <span class="fact">
            Expires <Moment time={token.expires_at} />
          </span>
        </span>
      </span>
      <span class="row-actions">
        <ConfirmButton
          class="button-small button-danger"
          label="Take back"
          ariaLabel={`Take back ${name}`}
          testId="delete-registration-token"
          title="Take this token back?"
          confirm="Take back"
          running="Taking back…"
          act={() => deleteRegistrationToken(token.id)}
          done={removed}
        >
          <p>No machine can register with it any more.</p>
        </ConfirmButton>
      </span>
    </li>
  );
}

function TokenForm({ made }: { made: (token: NewRegistrationToken) => void }) {
  const form = useForm({
    initial: { display_name: '', runner: '', labels: '' },
    check: () => ({}),
    send: async ({ display_name, runner, labels }) => {
      made(
        await createRegistrationToken({
          display_name: display_name.trim(),
          runner: runner.trim(),
          labels: labelsOf(labels),
          lifetime_hours: 1,
        }),
      );
    },
  });
  return (
    <form class="form form-after" noValidate data-testid="registration-form" onSubmit={form.onSubmit}>
      <div class="form-pair">
        <Field control={form.control('display_name')} label="What for" optional />
        <Field control={form.control('runner')} label="Name" hint="The only one that it may have." optional />
      </div>
      <Field
        control={form.control('labels')}
        label="Labels"
        hint="The runner has these, whatever it says of itself. None: those that it says."
        optional
      />
      <FormTrouble form={form} />
      <div class="form-end">
        <SubmitButton sending={form.sending} label="Make a token" sendingLabel="Making it…" testId="create-registration-token" />
      </div>
    </form>
  );
}
