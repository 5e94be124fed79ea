import type { Project } from '../api/types';
import { ApproveButton, type Tools } from './build_tools';
import { GuardIcon } from './icons';

/** Says who wants to run what, while that waits for a manager. */
export function ApprovalNotice(props: Tools & { project: Project | null; manages: boolean }) {
  const { build, project, manages } = props;
  const { author, fork, pull_request: number, commit } = build;
  const who = author?.login || author?.name || 'Somebody';
  return (
    <section
      class={manages ? 'approval approval-asks' : 'approval'}
      aria-label="Approval"
      data-testid="approval"
    >
      <GuardIcon />
      <div>
        <p>
          <strong>{who}</strong> wants to run commit{' '}
          <a href={build.commit_url} rel="noreferrer">
            <code>{commit.slice(0, 10)}</code>
          </a>
          {fork && (
            <>
              {' '}
              of <strong class="anywhere">{fork}</strong>
            </>
          )}
          {number !== null && project && (
            <>
              {' '}
              in <a href={`${project.url}/pull/${number}/files`}>pull request #{number}</a>
            </>
          )}
          .
        </p>
        <p class="small muted">
          {manages
            ? 'Look at its changes first: its code runs on your runners. It gets no secrets, no deploy key and changes no cache. What is pushed later waits anew.'
            : 'It waits until a manager of this project lets it run.'}
        </p>
      </div>
      {manages && <ApproveButton {...props} />}
    </section>
  );
}
