import { useMemo, useState } from 'preact/hooks';
import { deliveryUrl, getDelivery, listDeliveries } from '../api/deliveries';
import { getProject } from '../api/projects';
import type { Delivery, Project } from '../api/types';
import { ChevronIcon, CommitIcon, RawIcon } from '../components/icons';
import { Problem } from '../components/notice';
import { ProjectNav } from '../components/project_nav';
import { Empty, Loading } from '../components/section';
import { Moment, RelativeTime } from '../components/time';
import { useTitle } from '../components/title';
import { DELIVERY_STATUSES, deliveryStatus, eventOf, outcomeOf, prettyBody, shortRef } from '../delivery';
import { formatNumber, plural } from '../format';
import { atLeast } from '../roles';
import { paths } from '../routes';
import { useReloadEvery } from '../state/refresh';
import { useResource } from '../state/resource';

const PAGE_SIZE = 50;
const REFRESH_MS = 10_000;

/** What GitHub sent, newest first, and what became of each and why. */
export function DeliveriesPage({ project: id, query }: { project: number; query: URLSearchParams }) {
  const status = deliveryStatus(query.get('state'));
  const token = query.get('page');
  const project = useResource(`project ${id}`, (signal) => getProject(id, signal));
  const page = useResource(`deliveries ${id} ${status} ${token}`, (signal) =>
    listDeliveries(id, { status, token, limit: PAGE_SIZE }, signal),
  );
  useReloadEvery(page, REFRESH_MS);
  const { value: known } = project.value;
  useTitle(known ? `Deliveries · ${known.repository}` : 'Deliveries');

  if (!known && project.value.error) {
    return <Problem what="Project" error={project.value.error} retry={project.reload} />;
  }
  const { value, error } = page.value;
  const filter = (name: string, wanted: string | null) => (
    <a
      key={name}
      class="choice"
      href={paths.deliveries(id, { state: wanted })}
      aria-current={status === wanted ? 'true' : undefined}
    >
      {name}
    </a>
  );
  return (
    <>
      <ProjectNav id={id} project={known} current="deliveries" />
      <h1 class="page-title page-title-tight">Deliveries</h1>
      <p class="muted page-words">
        Everything that GitHub has sent for this project, and what became of it.
      </p>
      <nav class="filters" aria-label="Show">
        {filter('All', null)}
        {DELIVERY_STATUSES.map((one) => filter(one.word, one.status))}
      </nav>
      {(!value || !known) && <Loading what="Deliveries" error={error} retry={page.reload} rows={8} />}
      {value?.deliveries.length === 0 && (
        <Empty testId="no-deliveries">
          <p class="muted">
            {status === null && token === null
              ? 'Nothing yet. GitHub sends something when somebody pushes or opens a pull request.'
              : 'There are none of these.'}
          </p>
        </Empty>
      )}
      {known && value && value.deliveries.length > 0 && (
        <ul class="rows">
          {value.deliveries.map((delivery) => (
            <Row key={delivery.id} project={known} delivery={delivery} />
          ))}
        </ul>
      )}
      <div class="pager">
        {token !== null && (
          <a class="button" href={paths.deliveries(id, { state: status })}>
            Newest
          </a>
        )}
        {value?.next_page_token && (
          <a
            class="button"
            href={paths.deliveries(id, { state: status, page: value.next_page_token })}
            data-testid="older"
          >
            Older
          </a>
        )}
      </div>
    </>
  );
}

function Row({ project, delivery }: { project: Project; delivery: Delivery }) {
  const [open, setOpen] = useState(false);
  const look = DELIVERY_STATUSES.find(({ status }) => status === delivery.status);
  return (
    <li class="delivery" data-testid="delivery" data-status={delivery.status}>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span class={`pill delivery-status s-${look?.tone ?? 'enqueued'}`}>
            {look?.word ?? delivery.status}
          </span>
          <span class="row-main">
            <span class="row-title">
              <code class="anywhere">{eventOf(delivery)}</code>
              <span class="ellipsis">{shortRef(delivery.ref)}</span>
            </span>
            <span class="small muted anywhere">{outcomeOf(delivery)}</span>
          </span>
          <span class="small muted nowrap">
            <RelativeTime time={delivery.received_at} />
          </span>
          <ChevronIcon className={open ? 'chevron-open' : ''} />
        </summary>
        {open && <Details project={project} delivery={delivery} />}
      </details>
    </li>
  );
}

function Details({ project, delivery }: { project: Project; delivery: Delivery }) {
  const { commit, builds, receipts } = delivery;
  return (
    <div class="delivery-more" data-testid="delivery-details">
      <dl class="details">
        <div>
          <dt>Received</dt>
          <dd>
            <Moment time={delivery.received_at} />
            {receipts > 1 && `, ${formatNumber(receipts)} times in all`}
          </dd>
        </div>
        <div>
          <dt>Hook</dt>
          <dd class="anywhere">{delivery.hook_title || 'One that has been deleted'}</dd>
        </div>
        <div>
          <dt>GitHub’s id</dt>
          <dd>
            <code class="anywhere">{delivery.guid}</code>
          </dd>
        </div>
        {commit && (
          <div>
            <dt>Commit</dt>
            <dd class="fact">
              <CommitIcon />
              <a href={`${project.url}/commit/${commit}`} rel="noreferrer">
                <code>{commit.slice(0, 10)}</code>
              </a>
            </dd>
          </div>
        )}
        {builds.length > 0 && (
          <div>
            <dt>Led to</dt>
            <dd class="facts">
              {builds.map((number) => (
                <a key={number} href={paths.build(project.id, number)}>
                  Build #{number}
                </a>
              ))}
            </dd>
          </div>
        )}
      </dl>
      {atLeast(project.role, 'manager') && <Body project={project.id} delivery={delivery} />}
    </div>
  );
}

function Body({ project, delivery }: { project: number; delivery: Delivery }) {
  const resource = useResource(`delivery ${project} ${delivery.id}`, (signal) =>
    getDelivery(project, delivery.id, signal),
  );
  const { value, error } = resource.value;
  const { text, cut } = useMemo(() => prettyBody(value?.body ?? ''), [value?.body]);
  if (!value && error) return <Problem what="Body" error={error} retry={resource.reload} />;
  return (
    <section aria-label="Body">
      <p class="facts">
        <span>{plural(delivery.body_size, 'byte')}</span>
        {cut && <span>Only its beginning is shown.</span>}
        <a
          class="fact"
          href={deliveryUrl(project, delivery.id)}
          target="_blank"
          rel="noopener"
          data-testid="raw-delivery"
        >
          <RawIcon />
          Raw
        </a>
      </p>
      <pre
        class="delivery-body"
        // A scrollable region must be reachable by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label="Body"
        aria-busy={!value}
        data-testid="delivery-body"
      >
        {text}
      </pre>
    </section>
  );
}
