import type { ComponentChildren, RefObject } from 'preact';
import type { Build, Project } from '../api/types';
import { awaitsApproval, toneOf } from '../build_actions';
import { spanOf } from '../durations';
import { firstLine } from '../format';
import { AuthorName, Sha } from './commit';
import { GuardIcon } from './icons';
import { lazy } from './lazy';
import { StatusPill } from './status';
import { Duration, Moment, RelativeTime } from './time';
import { RefName, Trigger } from './trigger';

const Variables = lazy(
  () => import('../pages/build_parts'),
  'Variables',
  () => <div class="build-message" />,
);

const Typical = lazy(
  () => import('../pages/build_parts'),
  'Typical',
  () => <>–</>,
);

/** Which build this is, and how it is doing. */
export function BuildHeader(props: {
  build: Build;
  project: Project | null;
  /** For the focus to go to when what held it has vanished. */
  titleRef: RefObject<HTMLHeadingElement>;
  /** What can be done with it. */
  children?: ComponentChildren;
}) {
  const { build, project, titleRef, children } = props;
  const title = firstLine(build.message) || 'Build';
  const more = build.message.slice(build.message.indexOf('\n') + 1).trim();
  const span = spanOf(build);
  const hasMore = build.message.includes('\n') && more !== '';
  return (
    <header class={`build-header s-${toneOf(build)}`}>
      <div class="build-what">
        <div class="build-line">
          <StatusPill status={build.status} approval={awaitsApproval(build)} testId="build-status" />
          <span class="build-number">Build #{build.number}</span>
          <span class="facts" data-testid="trigger">
            <Trigger build={build} project={project} />
          </span>
        </div>
        <h1 class="build-title" tabIndex={-1} ref={titleRef}>
          {title}
        </h1>
        {hasMore && (
          <details class="build-message">
            <summary>Whole message</summary>
            <pre>{more}</pre>
          </details>
        )}
        <div class="facts">
          <AuthorName build={build} />
          <RefName build={build} />
          <Sha build={build} link />
          {build.approval?.approver && (
            <span class="fact">
              <GuardIcon />
              Approved by {build.approval.approver}
            </span>
          )}
        </div>
        {build.trigger === 'manual' && <Variables build={build} />}
      </div>
      <div class="build-end">
        <dl class="times">
          <div>
            <dt>Queued</dt>
            <dd>
              <RelativeTime time={build.created_at} />
            </dd>
          </div>
          <div>
            <dt>Started</dt>
            <dd>{build.started_at ? <Moment time={build.started_at} /> : '–'}</dd>
          </div>
          <div>
            <dt>Typically</dt>
            <dd data-testid="typical">
              <Typical build={build} />
            </dd>
          </div>
          <div>
            <dt>Duration</dt>
            <dd data-testid="build-duration">
              {span.from ? <Duration from={span.from} to={span.to} /> : '–'}
            </dd>
          </div>
        </dl>
        {children}
      </div>
    </header>
  );
}

/** The same in height and shape, before there is anything to say. */
export function BuildHeaderSkeleton() {
  return (
    <div class="build-header" aria-busy="true">
      <span class="visually-hidden">Loading…</span>
      <div class="build-what">
        <div class="build-line">
          <span class="skeleton skeleton-pill" />
        </div>
        <span class="skeleton skeleton-title" />
        <div class="facts">
          <span class="skeleton skeleton-fact" />
          <span class="skeleton skeleton-fact" />
          <span class="skeleton skeleton-fact" />
        </div>
      </div>
      <div class="build-end">
        <div class="times">
          <span class="skeleton skeleton-time" />
          <span class="skeleton skeleton-time" />
          <span class="skeleton skeleton-time" />
          <span class="skeleton skeleton-time" />
        </div>
        <div class="tools" />
      </div>
    </div>
  );
}
