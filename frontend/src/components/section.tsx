import type { ComponentChildren, RefObject } from 'preact';
import type { ApiError } from '../api/errors';
import { Problem } from './notice';

/** The head of one part of a page: what it is, what it is for, and what can be done with it. */
export function SectionHead(props: {
  title: string;
  /** For the focus to go to when what held it has vanished. */
  headRef?: RefObject<HTMLHeadingElement>;
  children?: ComponentChildren;
  actions?: ComponentChildren;
}) {
  return (
    <div class="section-head">
      <div class="section-words">
        <h2 class="section-title" tabIndex={-1} ref={props.headRef ?? null}>
          {props.title}
        </h2>
        {props.children && <p class="muted">{props.children}</p>}
      </div>
      {props.actions && <div class="section-actions">{props.actions}</div>}
    </div>
  );
}

/** What stands in for a list until it is loaded: its rows, or why there are none. */
export function Loading(props: { what: string; error: ApiError | null; retry: () => void; rows?: number }) {
  if (props.error) return <Problem what={props.what} error={props.error} retry={props.retry} />;
  return (
    <ul class="rows" aria-busy="true" aria-label={`${props.what} is being loaded`}>
      {Array.from({ length: props.rows ?? 3 }, (_, index) => (
        <li key={index} class="row">
          <span class="row-main">
            <span class="skeleton skeleton-name" />
            <span class="skeleton skeleton-fact" />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** A list's place when it has nothing in it: says what to do. */
export function Empty(props: { children: ComponentChildren; testId?: string }) {
  return (
    <div class="empty" data-testid={props.testId}>
      {props.children}
    </div>
  );
}
