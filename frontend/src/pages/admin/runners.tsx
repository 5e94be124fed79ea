import { useRef } from 'preact/hooks';
import { forgetRunner, listRunners, pauseRunner, resumeRunner, revokeRunner } from '../../api/admin';
import type { Runner, RunningJob } from '../../api/types';
import { ActionButton, Trouble, useAction } from '../../components/action';
import { ConfirmButton } from '../../components/confirm_button';
import { Empty, Loading } from '../../components/section';
import { Duration, RelativeTime } from '../../components/time';
import { plural } from '../../format';
import { paths } from '../../routes';
import { useReloadEvery } from '../../state/refresh';
import { useResource } from '../../state/resource';
import { say } from '../../state/toast';
import { AdminPage, Labels, Pager, REFRESH_MS } from './admin_page';
import { AddRunner } from './add_runner';
import { capacityOf, stateOf } from './runner_state';

const PAGE_SIZE = 100;

/** Where jobs run: what each runner does, and whether it may have more. */
export function RunnersPage({ query }: { query: URLSearchParams }) {
  const token = query.get('page');
  const page = useResource(`runners ${token}`, (signal) => listRunners(token, PAGE_SIZE, signal));
  useReloadEvery(page, REFRESH_MS);
  const list = useRef<HTMLParagraphElement>(null);
  const { value, error } = page.value;
  const replace = (changed: Runner) => {
    const known = page.peek().value;
    if (!known) return;
    const runners = known.runners.map((one) => (one.name === changed.name ? changed : one));
    page.value = { value: { ...known, runners }, error: null };
  };
  return (
    <AdminPage title="Runners" current="runners">
      <p class="muted admin-counts" tabIndex={-1} ref={list} data-testid="capacity">
        {value ? capacityOf(value.runners) : '…'}
      </p>
      {!value && <Loading what="Runners" error={error} retry={page.reload} />}
      {value?.runners.length === 0 && (
        <Empty testId="no-runners">
          <p class="muted">No runner has ever come. Jobs wait until one does.</p>
        </Empty>
      )}
      {value && value.runners.length > 0 && (
        <ul class="rows">
          {value.runners.map((runner) => (
            <Row
              key={runner.name}
              runner={runner}
              changed={replace}
              forgotten={() => {
                page.reload();
                list.current?.focus();
              }}
            />
          ))}
        </ul>
      )}
      <Pager path={paths.runners} page={token} next={value?.next_page_token ?? null} />
      <AddRunner />
    </AdminPage>
  );
}

function Row(props: { runner: Runner; changed: (runner: Runner) => void; forgotten: () => void }) {
  const { runner, changed, forgotten } = props;
  const { name, paused_by: pausedBy, busy, slots, jobs, registration } = runner;
  const state = stateOf(runner);
  const toggle = useAction(async () => {
    changed(await (pausedBy === null ? pauseRunner(name) : resumeRunner(name)));
    say(pausedBy === null ? `${name} gets no further job.` : `${name} gets jobs again.`);
  });
  return (
    <li class="row runner" data-testid="runner" data-state={state.name}>
      <span class="row-main">
        <span class="row-title">
          <span class="anywhere">{name}</span>
          <span class={`pill s-${state.tone}`}>{state.word}</span>
          <Labels labels={runner.labels} />
        </span>
        <span class="facts">
          <span class="fact">
            <meter class="places" min={0} max={slots} value={Math.min(busy, slots)} aria-label="Places that are taken" />
            {busy} of {plural(slots, 'place')} taken
          </span>
          {pausedBy !== null && <span class="fact">Paused by {pausedBy}</span>}
          <span class="fact">
            {runner.online ? 'Started ' : 'Last seen '}
            <RelativeTime time={runner.online ? runner.started_at : runner.seen_at} />
          </span>
          {runner.version && <span class="fact">Version {runner.version}</span>}
          {registration && (
            <span class="fact">
              {registration.revoked_by === null ? `Let in by ${registration.creator}` : `Revoked by ${registration.revoked_by}`}
            </span>
          )}
        </span>
        <Jobs jobs={jobs} more={busy - jobs.length} />
        <Trouble error={toggle.error} />
      </span>
      <span class="row-actions">
        {registration && state.name !== 'revoked' && (
          <ConfirmButton
            label="Revoke"
            ariaLabel={`Revoke ${name}`}
            class="button-small button-danger"
            testId="revoke-runner"
            title={`Revoke ${name}?`}
            confirm="Revoke"
            running="Revoking…"
            act={async () => changed(await revokeRunner(name))}
            done={() => say(`${name} is out.`)}
          >
            <p>
              It is refused from now on, and what it runs is lost. To come back it needs a new
              registration token.
            </p>
          </ConfirmButton>
        )}
        <ActionButton
          action={toggle}
          class="button-small"
          label={pausedBy === null ? 'Pause' : 'Resume'}
          ariaLabel={`${pausedBy === null ? 'Pause' : 'Resume'} ${name}`}
          runningLabel={pausedBy === null ? 'Pausing…' : 'Resuming…'}
          testId="toggle-runner"
        />
        {(state.name === 'offline' || state.name === 'revoked') && busy === 0 && (
          <ConfirmButton
            label="Forget"
            ariaLabel={`Forget ${name}`}
            class="button-small"
            testId="forget-runner"
            title={`Forget ${name}?`}
            confirm="Forget"
            running="Forgetting…"
            act={() => forgetRunner(name)}
            done={() => {
              say(`${name} is forgotten.`);
              forgotten();
            }}
          >
            <p>It vanishes from this list. Should it ever come back, it is here again.</p>
          </ConfirmButton>
        )}
      </span>
    </li>
  );
}

function Jobs({ jobs, more }: { jobs: RunningJob[]; more: number }) {
  if (jobs.length === 0) return null;
  return (
    <ul class="runner-jobs">
      {jobs.map((job) => (
        <li key={`${job.project_id}/${job.build}/${job.job}`} class="facts">
          <a class="anywhere" href={paths.job(job.project_id, job.build, job.job)}>
            {job.repository} #{job.build} · {job.title}
          </a>
          <span>{job.phase ?? 'starting'}</span>
          <span>
            <Duration from={job.started_at} to={null} />
          </span>
        </li>
      ))}
      {more > 0 && <li class="small muted">and {plural(more, 'further job')}</li>}
    </ul>
  );
}
