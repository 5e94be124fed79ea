import type { RefObject } from 'preact';
import { approveBuild, cancelBuild, cancelJob, restartBuild, restartJob } from '../api/builds';
import type { Build, Job } from '../api/types';
import { cancelOf, endedOf } from '../build_actions';
import { plural } from '../format';
import { navigate } from '../router';
import { paths } from '../routes';
import { say } from '../state/toast';
import { ActionButton, Trouble, useAction } from './action';
import { ConfirmButton } from './confirm_button';

export interface Tools {
  build: Build;
  /** Takes over what the server answers. */
  changed: (build: Build) => void;
  /** Where the keyboard goes when its button has vanished. */
  titleRef: RefObject<HTMLHeadingElement>;
}

/** Does something to a build, shows what came of it, and says so. */
function useChange({ changed, titleRef }: Tools) {
  return async (answer: Promise<Build>, words: string) => {
    changed(await answer);
    say(words);
    setTimeout(() => {
      if (document.activeElement === document.body) titleRef.current?.focus({ preventScroll: true });
    });
  };
}

/** What a manager can do with a whole build. */
export function BuildTools(props: Tools) {
  const { build } = props;
  const { project_id: project, number, jobs } = build;
  const change = useChange(props);
  const failed = useAction(() =>
    change(restartBuild(project, number, true), 'What did not succeed is being run again.'),
  );
  const all = useAction(() =>
    change(restartBuild(project, number, false), `Build #${number} is being run again.`),
  );
  const cancel = cancelOf(jobs);
  const count = endedOf(jobs);
  const several = jobs.length > 1;
  return (
    <div class="tools">
      {several && count.failed > 0 && count.failed < jobs.length && (
        <ActionButton
          action={failed}
          class="button-small"
          label="Restart failed jobs"
          runningLabel="Restarting…"
          testId="restart-failed"
        />
      )}
      {several && count.ended === jobs.length && (
        <ActionButton
          action={all}
          class="button-small"
          label="Restart all"
          runningLabel="Restarting…"
          testId="restart-all"
        />
      )}
      {cancel === 'under way' && <Cancelling />}
      {cancel === 'possible' && (
        <ConfirmButton
          class="button-small button-danger"
          label="Cancel build"
          testId="cancel-build"
          title={`Cancel build #${number}?`}
          confirm="Cancel build"
          running="Cancelling…"
          dismiss="Let it run"
          act={() => change(cancelBuild(project, number), `Build #${number} is being cancelled.`)}
        >
          <p>
            {several ? `${plural(jobs.length - count.ended, 'job')} of it ` : 'Its job '}
            will be stopped or not begin. Scripts get 10 seconds to clean up; what they have done by then
            stays done.
          </p>
        </ConfirmButton>
      )}
      <Trouble error={failed.error ?? all.error} />
    </div>
  );
}

/** What a manager can do with one job. */
export function JobTools(props: Tools & { job: Job }) {
  const { build, job } = props;
  const { project_id: project, number } = build;
  const change = useChange(props);
  const restart = useAction(async () => {
    const { href, search } = window.location;
    await change(restartJob(project, number, job.number), `“${job.title}” is being run again.`);
    // Away from the attempt that was looked at, which is an old one now.
    if (search && window.location.href === href) navigate(paths.job(project, number, job.number), { replace: true });
  });
  const cancel = cancelOf([job]);
  return (
    <div class="tools">
      {cancel === 'none' && (
        <ActionButton
          action={restart}
          class="button-small"
          label="Restart job"
          runningLabel="Restarting…"
          testId="restart-job"
        />
      )}
      {cancel === 'under way' && <Cancelling />}
      {cancel === 'possible' && build.jobs.length > 1 && (
        <ConfirmButton
          class="button-small button-danger"
          label="Cancel job"
          testId="cancel-job"
          title="Cancel this job?"
          confirm="Cancel job"
          running="Cancelling…"
          dismiss="Let it run"
          act={() =>
            change(cancelJob(project, number, job.number), `“${job.title}” is being cancelled.`)
          }
        >
          <p>
            <strong class="anywhere">{job.title}</strong> will be stopped or not begin. The other jobs of
            this build go on.
          </p>
        </ConfirmButton>
      )}
      <Trouble error={restart.error} />
    </div>
  );
}

function Cancelling() {
  return (
    <span class="button button-small" aria-disabled="true" data-testid="cancelling">
      Cancelling…
    </span>
  );
}

/** Lets a manager look at what a fork wants to run, and allow it. */
export function ApproveButton(props: Tools) {
  const { build } = props;
  const change = useChange(props);
  const { commit } = build;
  return (
    <ConfirmButton
      class="button-primary"
      label="Approve and run"
      testId="approve"
      title="Run this commit?"
      confirm="Approve and run"
      confirmClass="button-primary"
      running="Approving…"
      act={() =>
        change(
          approveBuild(build.project_id, build.number, commit),
          `Build #${build.number} has been approved.`,
        )
      }
    >
      <p>
        The hooks’ scripts will run on what is in commit{' '}
        <code>{commit.slice(0, 10)}</code>
        {build.fork && (
          <>
            {' '}
            of <strong class="anywhere">{build.fork}</strong>
          </>
        )}
        , on your runners and network. That cannot be undone, and holds for this commit alone.
      </p>
    </ConfirmButton>
  );
}
