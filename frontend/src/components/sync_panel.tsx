import { useEffect } from 'preact/hooks';
import { startSync } from '../api/repositories';
import type { RepositorySync } from '../api/types';
import { ApiError } from '../api/errors';
import { formatNumber, plural } from '../format';
import { useRepositorySync } from '../state/repository_sync';
import { say } from '../state/toast';
import { ActionButton, Trouble, useAction } from './action';
import { RelativeTime } from './time';

/**
 * When GitHub was last asked for repositories and memberships, a button that has it asked again, and
 * how far that is.
 */
export function SyncPanel(props: {
  /** As of when the page was loaded; null: not known yet. */
  sync: RepositorySync | null;
  label: string;
  /** What is there to see has changed. */
  changed: () => void;
}) {
  const live = useRepositorySync((ended) => {
    if (ended.state === 'done') say(`Synchronised with GitHub: ${found(ended.repositories)}.`);
    props.changed();
  });
  useEffect(() => {
    if (props.sync && live.peek()?.state !== 'running') live.value = props.sync;
  }, [props.sync]);
  const start = useAction(async () => {
    const begun = await startSync();
    live.value = begun;
    if (begun.state !== 'running') props.changed();
  });
  const sync = live.value ?? props.sync;
  const running = sync?.state === 'running';

  return (
    <div class="sync" data-testid="sync" data-state={sync?.state}>
      <div class="sync-line">
        <span class="sync-words">
          {running ? (
            <Progress sync={sync} />
          ) : (
            <span class="muted" data-testid="last-synced">
              Last synchronised{sync && !sync.synced_at && ': never'}{' '}
              {sync?.synced_at && <RelativeTime time={sync.synced_at} />}
            </span>
          )}
        </span>
        <ActionButton
          action={running ? { ...start, running: true } : start}
          class={sync?.state === 'never' ? 'button-primary' : ''}
          label={props.label}
          runningLabel="Synchronising…"
          testId="sync-repositories"
        />
      </div>
      <Trouble error={start.error} lead="Nothing has changed. " />
      {sync?.state === 'failed' && sync.error && start.error === null && (
        <Trouble
          error={new ApiError(503, sync.error.code, sync.error.message)}
          lead="The last sync did not work, and nothing has changed. "
        />
      )}
    </div>
  );
}

function found(repositories: number): string {
  return repositories === 1 ? '1 repository' : `${formatNumber(repositories)} repositories`;
}

function Progress({ sync }: { sync: RepositorySync }) {
  const { pages_done: done, pages_total: total } = sync;
  return (
    <span class="progress-words">
      <progress
        class="progress"
        aria-label="Sync with GitHub"
        max={total ?? 1}
        {...(total ? { value: Math.min(done, total) } : {})}
      />
      <span class="small muted" data-testid="sync-progress">
        {total ? `${plural(done, 'page')} of ${formatNumber(total)}` : plural(done, 'page')}
        {', '}
        {found(sync.repositories)} so far
      </span>
    </span>
  );
}
