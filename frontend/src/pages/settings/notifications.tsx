import { useRef } from 'preact/hooks';
import { REQUIRED } from '../../api/faults';
import {
  createNotificationHook,
  deleteNotificationHook,
  listNotificationHooks,
} from '../../api/settings';
import type { NotificationHook, Project } from '../../api/types';
import { ConfirmButton } from '../../components/confirm_button';
import { Field, FormTrouble, SubmitButton, useForm } from '../../components/form';
import { AlertIcon, CheckIcon } from '../../components/icons';
import { Empty, Loading, SectionHead } from '../../components/section';
import { RelativeTime } from '../../components/time';
import { UnsavedGuard } from '../../components/unsaved_guard';
import { plural } from '../../format';
import { useReloadEvery } from '../../state/refresh';
import { useResource } from '../../state/resource';
import { say } from '../../state/toast';

const REFRESH_MS = 10_000;
const SHORTEST_SECRET = 16;
const LONGEST_SECRET = 200;

/** Who else is told how builds went. */
export function NotificationsSection({ project: { id } }: { project: Project }) {
  const resource = useResource(`notifications ${id}`, (signal) => listNotificationHooks(id, signal));
  useReloadEvery(resource, REFRESH_MS);
  const { value: hooks, error } = resource.value;
  const head = useRef<HTMLHeadingElement>(null);
  const change = (alter: (hooks: NotificationHook[]) => NotificationHook[]) => {
    resource.value = { value: alter(resource.peek().value ?? []), error: null };
  };
  return (
    <>
      <SectionHead title="Notifications" headRef={head}>
        How each build ends is posted to these addresses as JSON, again and again until they answer with
        success.
      </SectionHead>
      {!hooks && <Loading what="Notifications" error={error} retry={resource.reload} />}
      {hooks?.length === 0 && (
        <Empty testId="no-notifications">
          <p class="muted">
            Nobody is told yet. Add the address of a chat, a dashboard or a program of yours below.
          </p>
        </Empty>
      )}
      {hooks && hooks.length > 0 && (
        <ul class="rows">
          {hooks.map((hook) => (
            <Row
              key={hook.id}
              project={id}
              hook={hook}
              deleted={() => {
                change((known) => known.filter((other) => other.id !== hook.id));
                say('The notification has been deleted.');
                head.current?.focus();
              }}
            />
          ))}
        </ul>
      )}
      {hooks && <AddForm project={id} added={(hook) => change((known) => [...known, hook])} />}
    </>
  );
}

function Row(props: { project: number; hook: NotificationHook; deleted: () => void }) {
  const { project, hook, deleted } = props;
  return (
    <li class="row row-stack" data-testid="notification" data-hook={hook.id}>
      <span class="row-main">
        <span class="row-title">
          <span class="anywhere">{hook.url}</span>
        </span>
        <LastResult hook={hook} />
        {hook.waiting > 0 && (
          <span class="small muted">{plural(hook.waiting, 'message')} yet to be sent</span>
        )}
      </span>
      <span class="row-actions">
        <ConfirmButton
          class="button-small button-danger"
          label="Delete"
          ariaLabel={`Delete ${hook.url}`}
          testId="delete-notification"
          title="Delete this notification?"
          confirm="Delete notification"
          running="Deleting…"
          act={() => deleteNotificationHook(project, hook.id)}
          done={deleted}
        >
          <p>
            <strong class="anywhere">{hook.url}</strong> is told nothing any more, not even what is yet to
            be sent.
          </p>
        </ConfirmButton>
      </span>
    </li>
  );
}

function LastResult({ hook: { last_at: at, last_result: result } }: { hook: NotificationHook }) {
  if (at === null) return <span class="small muted">Nothing sent yet</span>;
  const good = /^2\d\d$/.test(result);
  return (
    <span class={good ? 'facts' : 'warning small'} data-testid="last-result">
      <span class="fact">
        {good ? <CheckIcon /> : <AlertIcon />}
        <span class="anywhere">
          {good ? `Answered ${result}` : result} <RelativeTime time={at} />
        </span>
      </span>
    </span>
  );
}

function check({ url, secret }: { url: string; secret: string }) {
  const faults: { url?: string; secret?: string } = {};
  if (url.trim() === '') faults.url = REQUIRED;
  else if (!/^https?:\/\/[^\s/]+/.test(url.trim())) faults.url = 'Begin with https://';
  if (secret.length < SHORTEST_SECRET || secret.length > LONGEST_SECRET) {
    faults.secret = `From ${SHORTEST_SECRET} to ${LONGEST_SECRET} characters.`;
  }
  return faults;
}

function AddForm({ project, added }: { project: number; added: (hook: NotificationHook) => void }) {
  const form = useForm({
    initial: { url: '', secret: '' },
    check,
    send: async ({ url, secret }) => {
      added(await createNotificationHook(project, url.trim(), secret));
      say('The notification has been added.');
    },
  });
  return (
    <form class="form form-after" noValidate data-testid="notification-form" onSubmit={form.onSubmit}>
      <UnsavedGuard dirty={form.dirty} />
      <h3 class="form-title">Add a notification</h3>
      <Field
        control={form.control('url')}
        class="mono"
        label="Address"
        placeholder="https://example.com/builds"
        hint="It must be one that the internet reaches, not one of this network."
      />
      <Field
        control={form.control('secret')}
        class="mono"
        label="Secret"
        hint={
          <>
            Signs each message, as GitHub signs its own: <code>X-Kozmic-Signature-256</code> is the HMAC of
            the body. It is never shown again.
          </>
        }
      />
      <FormTrouble form={form} />
      <div class="form-end">
        <SubmitButton
          sending={form.sending}
          label="Add notification"
          sendingLabel="Adding…"
          testId="add-notification"
        />
      </div>
    </form>
  );
}
