import type { Build, Project } from '../api/types';
import { Branch } from './commit';
import { PlayIcon, PullIcon, TagIcon } from './icons';

/** What asked for a build. */
export function Trigger({ build, project }: { build: Build; project: Project | null }) {
  const { trigger, pull_request: number, creator, fork } = build;
  if (trigger === 'push') return <span class="fact">Push</span>;
  if (trigger === 'tag') return <span class="fact">Tag</span>;
  if (trigger === 'manual') {
    return (
      <span class="fact">
        <PlayIcon />
        {creator ? `Manual, by ${creator}` : 'Manual'}
      </span>
    );
  }
  if (number === null) return null;
  const text = `Pull request #${number}`;
  return (
    <span class="fact">
      <PullIcon />
      {project ? (
        <a href={`${project.url}/pull/${number}`} rel="noreferrer">
          {text}
        </a>
      ) : (
        text
      )}
      {fork && <span class="ellipsis">from {fork}</span>}
    </span>
  );
}

/** The branch or tag that it is of. */
export function RefName({ build }: { build: Build }) {
  if (!build.ref.startsWith('refs/tags/')) return <Branch name={build.branch} />;
  return (
    <span class="fact branch" title="Tag">
      <TagIcon />
      <span class="ellipsis">{build.ref.slice('refs/tags/'.length)}</span>
    </span>
  );
}
