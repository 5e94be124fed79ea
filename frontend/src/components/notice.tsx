import type { ComponentChildren } from 'preact';
import type { ApiError } from '../api/errors';
import { paths } from '../routes';

/** A page or panel that has something to say instead of something to show. */
export function Notice(props: { title: string; children?: ComponentChildren; testId?: string }) {
  return (
    <section class="notice" data-testid={props.testId}>
      <h1 class="notice-title">{props.title}</h1>
      {props.children}
    </section>
  );
}

export function NotFound({ what }: { what: string }) {
  return (
    <Notice title={`${what} not found`} testId="not-found">
      <p>It does not exist, or you have no access to it on GitHub.</p>
      <p>
        <a class="button" href={paths.projects}>
          All projects
        </a>
      </p>
    </Notice>
  );
}

/** For an error that leaves nothing to show. Temporary ones are retried meanwhile by the caller. */
export function Problem(props: { what: string; error: ApiError; retry: () => void }) {
  if (props.error.status === 404) return <NotFound what={props.what} />;
  return (
    <Notice title="That did not work" testId="problem">
      <p>{props.error.message}</p>
      {props.error.isTemporary && <p class="muted">Trying again by itself…</p>}
      <p>
        <button type="button" class="button" onClick={props.retry}>
          Try again
        </button>
      </p>
    </Notice>
  );
}
