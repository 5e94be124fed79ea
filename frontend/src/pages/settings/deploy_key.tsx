import { getDeployKey, restoreDeployKey, rotateDeployKey } from '../../api/settings';
import type { DeployKey, Project } from '../../api/types';
import { ActionButton, Trouble, useAction } from '../../components/action';
import { ConfirmButton } from '../../components/confirm_button';
import { CopyField } from '../../components/copy_field';
import { AlertIcon, CheckIcon, QueuedIcon } from '../../components/icons';
import { Empty, Loading, SectionHead } from '../../components/section';
import { RelativeTime } from '../../components/time';
import { useResource } from '../../state/resource';
import { say } from '../../state/toast';

const STATES = {
  present: { word: 'On GitHub', tone: 'success', Icon: CheckIcon },
  missing: { word: 'Missing on GitHub', tone: 'failure', Icon: AlertIcon },
  unknown: { word: 'Unknown', tone: 'enqueued', Icon: QueuedIcon },
} as const;

/** How runners fetch from a private repository. */
export function DeployKeySection({ project }: { project: Project }) {
  const { id } = project;
  // Wrapped, as null is an answer too.
  const resource = useResource(`deploy key ${id}`, async (signal) => ({
    key: await getDeployKey(id, signal),
  }));
  const { value, error } = resource.value;
  const take = (key: DeployKey | null) => {
    resource.value = { value: { key }, error: null };
  };
  const restore = useAction(async () => {
    const key = await restoreDeployKey(id);
    take(key);
    if (key?.state === 'present') say('The deploy key is on GitHub.');
  });
  const key = value?.key;
  return (
    <>
      <SectionHead
        title="Deploy key"
        actions={
          key && (
            <>
              <ActionButton
                action={restore}
                label="Restore on GitHub"
                runningLabel="Looking at GitHub…"
                testId="restore-key"
              />
              <ConfirmButton
                label="Make a new key"
                testId="rotate-key"
                title="Make a new key?"
                confirm="Make a new key"
                running="Making it…"
                act={async () => take(await rotateDeployKey(id))}
                done={() => say('A new deploy key is on GitHub.')}
              >
                <p>
                  A new pair takes the place of this one, here and on GitHub. Jobs that are fetching right
                  now may fail.
                </p>
              </ConfirmButton>
            </>
          )
        }
      >
        Fetches this repository for its jobs. It can only read, and its private half is stored encrypted
        and never shown.
      </SectionHead>
      <Trouble error={restore.error} />
      {!value && <Loading what="Deploy key" error={error} retry={resource.reload} rows={1} />}
      {value && !key && (
        <Empty testId="no-key">
          <p>
            <strong>This repository is public and needs no key.</strong>
          </p>
          <p class="muted">Should it become private on GitHub, it gets one.</p>
        </Empty>
      )}
      {key && <KeyCard deployKey={key} />}
    </>
  );
}

function KeyCard({ deployKey: key }: { deployKey: DeployKey }) {
  const { word, tone, Icon } = STATES[key.state] ?? STATES.unknown;
  return (
    <div class="panel" data-testid="deploy-key" data-state={key.state}>
      <div class="panel-head">
        <span class={`pill s-${tone}`}>
          <Icon />
          {word}
        </span>
        <span class="small muted">
          {key.checked_at ? (
            <>
              as of <RelativeTime time={key.checked_at} />
            </>
          ) : (
            'not looked for yet'
          )}
        </span>
      </div>
      {key.error && (
        <p class="warning warning-box" data-testid="key-error">
          <AlertIcon />
          <span>{key.error}</span>
        </p>
      )}
      {key.state === 'missing' && !key.error && (
        <p class="small">
          Somebody has removed it there. The next job would put it there again; “Restore on GitHub” does so
          now.
        </p>
      )}
      <dl class="details">
        <div>
          <dt>Type</dt>
          <dd>{key.type}</dd>
        </div>
        <div>
          <dt>Fingerprint</dt>
          <dd>
            <code class="anywhere" data-testid="fingerprint">
              {key.fingerprint}
            </code>
          </dd>
        </div>
        <div>
          <dt>Made</dt>
          <dd>
            <RelativeTime time={key.created_at} />
          </dd>
        </div>
      </dl>
      <CopyField label="Public key" text={key.public_key} />
    </div>
  );
}
