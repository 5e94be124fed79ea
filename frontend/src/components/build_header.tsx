import type { Build } from '../api/types';
import { firstLine } from '../format';
import { AuthorName, Branch, Sha } from './commit';
import { StatusPill } from './status';
import { Duration, Moment, RelativeTime } from './time';

/** Which build this is, and how it is doing. */
export function BuildHeader({ build }: { build: Build }) {
  const title = firstLine(build.message) || 'Build';
  const more = build.message.slice(build.message.indexOf('\n') + 1).trim();
  const hasMore = build.message.includes('\n') && more !== '';
  return (
    <header class={`build-header s-${build.status}`}>
      <div class="build-what">
        <div class="build-line">
          <StatusPill status={build.status} testId="build-status" />
          <span class="build-number">Build #{build.number}</span>
        </div>
        <h1 class="build-title">{title}</h1>
        {hasMore && (
          <details class="build-message">
            <summary>Whole message</summary>
            <pre>{more}</pre>
          </details>
        )}
        <div class="facts">
          <AuthorName build={build} />
          <Branch name={build.branch} />
          <Sha build={build} link />
        </div>
      </div>
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
          <dt>Duration</dt>
          <dd data-testid="build-duration">
            {build.started_at ? <Duration from={build.started_at} to={build.finished_at} /> : '–'}
          </dd>
        </div>
      </dl>
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
      <div class="times">
        <span class="skeleton skeleton-time" />
        <span class="skeleton skeleton-time" />
        <span class="skeleton skeleton-time" />
      </div>
    </div>
  );
}
