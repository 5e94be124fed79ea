import type { Build } from '../api/types';
import { Avatar } from './avatar';
import { BranchIcon, CommitIcon } from './icons';

export function Branch({ name }: { name: string }) {
  return (
    <span class="fact branch" title={`Branch ${name}`}>
      <BranchIcon />
      <span class="ellipsis">{name}</span>
    </span>
  );
}

/** The abbreviated commit; a link to GitHub unless it is part of a larger link. */
export function Sha({ build, link }: { build: Build; link: boolean }) {
  const text = <code>{build.commit.slice(0, link ? 10 : 7)}</code>;
  return (
    <span class="fact">
      <CommitIcon />
      {link && build.commit_url ? (
        <a href={build.commit_url} rel="noreferrer" title="Open this commit on GitHub">
          {text}
        </a>
      ) : (
        text
      )}
    </span>
  );
}

export function AuthorName({ build }: { build: Build }) {
  const author = build.author;
  if (!author) return null;
  const name = author.name || author.login;
  return (
    <span class="fact" title={author.login}>
      <Avatar name={name} url={author.avatar_url} size={20} />
      <span class="ellipsis">{name}</span>
    </span>
  );
}
