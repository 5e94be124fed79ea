import { useState } from 'preact/hooks';
import { ApiError } from '../../api/errors';
import { createHook, getHook, updateHook } from '../../api/hooks';
import { getBuildSettings, saveBuildSettings } from '../../api/settings';
import { getChange, listChanges } from '../../api/settings_history';
import type { FieldChange, Hook, Project, SettingsChange, SettingsChangePage } from '../../api/types';
import { ActionButton, Trouble, useAction } from '../../components/action';
import { ConfirmButton } from '../../components/confirm_button';
import { ChevronIcon } from '../../components/icons';
import { Empty, Loading, SectionHead } from '../../components/section';
import { Moment, RelativeTime } from '../../components/time';
import { plural } from '../../format';
import { labelOf } from '../../setting_labels';
import {
  buildSettingsBefore,
  canPutBack,
  deedOf,
  type DiffLine,
  hookBefore,
  hookOf,
  viewOf,
} from '../../settings_changes';
import { useResource } from '../../state/resource';
import { say } from '../../state/toast';
import '../../styles/settings_history.css';

const PAGE_SIZE = 50;

/** Who changed what, newest first, and the way back. */
export function HistorySection({ project: { id } }: { project: Project }) {
  const resource = useResource(`changes ${id}`, (signal) => listChanges(id, { token: null, limit: PAGE_SIZE }, signal));
  const { value, error } = resource.value;
  const more = useAction(async () => {
    const known = resource.peek().value;
    if (!known?.next_page_token) return;
    const page = await listChanges(id, { token: known.next_page_token, limit: PAGE_SIZE });
    // Loaded anew meanwhile.
    if (resource.peek().value !== known) return;
    resource.value = { value: joined(known, page), error: null };
  });
  return (
    <>
      <SectionHead title="History">
        Who changed what in these settings. The newest 1,000 changes are kept; values of secrets never are.
      </SectionHead>
      {!value && <Loading what="History" error={error} retry={resource.reload} rows={6} />}
      {value?.changes.length === 0 && (
        <Empty testId="no-changes">
          <p class="muted">Nothing has been changed yet.</p>
        </Empty>
      )}
      {value && value.changes.length > 0 && (
        <ul class="rows">
          {value.changes.map((change) => (
            <Row key={change.id} project={id} change={change} reload={resource.reload} />
          ))}
        </ul>
      )}
      <Trouble error={more.error} />
      {value?.next_page_token && (
        <div class="pager">
          <ActionButton action={more} label="Older" runningLabel="Loading…" testId="older-changes" />
        </div>
      )}
    </>
  );
}

function joined(known: SettingsChangePage, page: SettingsChangePage): SettingsChangePage {
  return { changes: [...known.changes, ...page.changes], next_page_token: page.next_page_token };
}

function Row(props: { project: number; change: SettingsChange; reload: () => void }) {
  const { change } = props;
  const [open, setOpen] = useState(false);
  const { words, hasTitle } = deedOf(change);
  return (
    <li class="delivery" data-testid="change" data-change={change.id}>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span class="row-main">
            <span class="anywhere">
              <strong>{change.login}</strong> {words}
              {hasTitle && change.title && (
                <>
                  {' '}
                  <strong>{change.title}</strong>
                </>
              )}
            </span>
            {change.action === 'changed' && change.fields.length > 0 && (
              <span class="small muted anywhere">{change.fields.map(({ field }) => labelOf(field)).join(', ')}</span>
            )}
          </span>
          <span class="small muted nowrap">
            <RelativeTime time={change.at} />
          </span>
          <ChevronIcon className={open ? 'chevron-open' : ''} />
        </summary>
        {open && <Details {...props} />}
      </details>
    </li>
  );
}

function Details({ project, change: listed, reload }: Parameters<typeof Row>[0]) {
  const isWhole = listed.fields.every(({ omitted }) => !omitted);
  const resource = useResource(`change ${project} ${listed.id}`, (signal) =>
    isWhole ? Promise.resolve(listed) : getChange(project, listed.id, signal),
  );
  const { value: change, error } = resource.value;
  if (!change) return <Loading what="Change" error={error} retry={resource.reload} rows={1} />;
  return (
    <div class="delivery-more" data-testid="change-details">
      <p class="facts">
        <Moment time={change.at} />
        {change.by_access_token && <span>By an access token</span>}
      </p>
      {change.fields.map((field) => (
        <FieldDetails key={field.field} field={field} />
      ))}
      {canPutBack(change) && <PutBack project={project} change={change} reload={reload} />}
    </div>
  );
}

function FieldDetails({ field }: { field: FieldChange }) {
  const view = viewOf(field);
  const label = labelOf(field.field);
  return (
    <section class="change-field" aria-label={label} data-field={field.field}>
      <h3 class="change-label">{label}</h3>
      {view.kind === 'inline' ? (
        <p class="anywhere">
          {field.before !== null && <del>{view.before || 'none'}</del>}
          {field.before !== null && field.after !== null && ' → '}
          {field.after !== null && <ins>{view.after || 'none'}</ins>}
        </p>
      ) : (
        <Lines lines={view.lines} />
      )}
    </section>
  );
}

/** Of a script of a megabyte nobody reads all here. */
const MOST_LINES = 2_000;
const LINE_MARK = { old: '-', new: '+', same: ' ', gap: '⋯' } as const;

function Lines({ lines }: { lines: DiffLine[] }) {
  return (
    <pre
      class="change-lines"
      // A scrollable region must be reachable by keyboard.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      {lines.slice(0, MOST_LINES).map(({ kind, text }, index) => (
        <span key={index} class={`change-line change-${kind}`}>
          {`${LINE_MARK[kind]} ${text}`}
        </span>
      ))}
      {lines.length > MOST_LINES && (
        <span class="change-line change-gap">{`⋯ ${plural(lines.length - MOST_LINES, 'more line')}`}</span>
      )}
    </pre>
  );
}

/** Sets to what was before the change: only what the change changed. */
function PutBack({ project, change, reload }: { project: number; change: SettingsChange; reload: () => void }) {
  const isRemoved = change.action === 'removed';
  return (
    <div class="form-end">
      <ConfirmButton
        label={isRemoved ? 'Add it again' : 'Put back'}
        class="button-small"
        testId="put-back"
        title={isRemoved ? `Add the hook ${change.title} again?` : 'Put back what was before?'}
        confirm={isRemoved ? 'Add hook' : 'Put back'}
        running={isRemoved ? 'Adding…' : 'Putting back…'}
        confirmClass="button-primary"
        act={() => putBack(project, change)}
        done={() => {
          say(isRemoved ? 'The hook has been added again.' : 'It is as it was before.');
          reload();
        }}
      >
        <p>
          {isRemoved
            ? 'A hook with all that this one had is added. It has a number of its own, and the builds of the other one stay theirs.'
            : 'What this change changed becomes as it was before. Whatever else was changed since stays as it is.'}
        </p>
      </ConfirmButton>
    </div>
  );
}

async function putBack(project: number, change: SettingsChange): Promise<void> {
  if (change.subject === 'settings') {
    await saveBuildSettings(project, buildSettingsBefore(change, await getBuildSettings(project)));
    return;
  }
  if (change.action === 'removed') {
    await createHook(project, hookBefore(change, null));
    return;
  }
  const hook = await hookNow(project, hookOf(change));
  await updateHook(project, hook.id, hookBefore(change, hook));
}

async function hookNow(project: number, hook: number): Promise<Hook> {
  try {
    return await getHook(project, hook);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    throw new ApiError(404, error.code, 'The hook has been deleted since. Add it again where this history says so.');
  }
}
