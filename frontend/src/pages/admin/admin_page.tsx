import type { ComponentChildren } from 'preact';
import { Notice } from '../../components/notice';
import { useTitle } from '../../components/title';
import { paths } from '../../routes';
import { session } from '../../state/session';
import '../../styles/admin.css';

/** How often these pages look again: what they show changes without anybody telling. */
export const REFRESH_MS = 5_000;

/** What the pages for administrators have in common; says so to everybody else. */
export function AdminPage(props: { title: string; current: 'runners' | 'queue'; children: ComponentChildren }) {
  const { title, current } = props;
  useTitle(title);
  const known = session.value;
  if (known.kind === 'in' && !known.me.admin) {
    return (
      <Notice title="For administrators" testId="admin-needed">
        <p>
          Runners and the queue of all projects are shown to those whom this installation’s setting
          <code> admins </code> names.
        </p>
      </Notice>
    );
  }
  const tab = (name: string, href: string, active: boolean) => (
    <a class="tab" href={href} aria-current={active ? 'page' : undefined}>
      {name}
    </a>
  );
  return (
    <>
      <h1 class="page-title page-title-tight">{title}</h1>
      <nav class="tabs admin-tabs" aria-label="Administration">
        {tab('Runners', paths.runners(), current === 'runners')}
        {tab('Queue', paths.queue(), current === 'queue')}
      </nav>
      {props.children}
    </>
  );
}

/** What a runner has, or a job asks for. */
export function Labels({ labels }: { labels: string[] }) {
  return (
    <>
      {labels.map((label) => (
        <span key={label} class="tag">
          {label}
        </span>
      ))}
    </>
  );
}

/** The way to the first and to the next page. */
export function Pager(props: { path: (page?: string | null) => string; page: string | null; next: string | null }) {
  const { path, page, next } = props;
  if (page === null && next === null) return null;
  return (
    <nav class="pager" aria-label="Pages">
      {page !== null && (
        <a class="button" href={path()}>
          First page
        </a>
      )}
      {next !== null && (
        <a class="button" href={path(next)} data-testid="next-page">
          Next page
        </a>
      )}
    </nav>
  );
}
