import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { deleteHook, getHook, listHooks, restoreHooks, updateHook } from '../../api/hooks';
import type { Hook, HookFields, Project, RestoredHook } from '../../api/types';
import { ActionButton, Trouble, useAction } from '../../components/action';
import { ConfirmButton } from '../../components/confirm_button';
import { BoxIcon, BranchIcon, CheckIcon, CloseIcon } from '../../components/icons';
import { Empty, Loading, SectionHead } from '../../components/section';
import { plural } from '../../format';
import { EVENTS } from '../../hook_fields';
import { watchProject } from '../../live/client';
import { atLeast } from '../../roles';
import { paths } from '../../routes';
import { addedHook } from '../../state/added_hook';
import { useResource } from '../../state/resource';
import { say } from '../../state/toast';

/** What a project builds, and how to have it build more. */
export function HooksSection({ project }: { project: Project }) {
  const { id } = project;
  const resource = useResource(`hooks ${id}`, (signal) => listHooks(id, signal));
  const { value: hooks, error } = resource.value;
  const head = useRef<HTMLHeadingElement>(null);
  const manages = atLeast(project.role, 'manager');
  const [restored, setRestored] = useState<RestoredHook[] | null>(null);
  const restore = useAction(async () => {
    setRestored(null);
    setRestored(await restoreHooks(id));
  });

  const replace = (hook: Hook) => {
    const value = (resource.peek().value ?? []).map((known) => (known.id === hook.id ? hook : known));
    resource.value = { value, error: null };
  };
  const remove = (hook: Hook) => {
    const value = (resource.peek().value ?? []).filter((known) => known.id !== hook.id);
    resource.value = { value, error: null };
  };
  return (
    <>
      <SectionHead
        title="Hooks"
        headRef={head}
        actions={
          manages && (
            <>
              {hooks && hooks.length > 0 && (
                <ActionButton
                  action={restore}
                  label="Restore hooks on GitHub"
                  runningLabel="Looking at GitHub…"
                  testId="restore-hooks"
                />
              )}
              <a class="button button-primary" href={paths.addHook(id)} data-testid="add-hook">
                Add a hook
              </a>
            </>
          )
        }
      >
        Each hook runs its script in a fresh container of its image, as one job of every build.
      </SectionHead>
      <Trouble error={restore.error} />
      {restored && <Restored hooks={restored} close={() => setRestored(null)} />}
      {!hooks && <Loading what="Hooks" error={error} retry={resource.reload} />}
      {hooks?.length === 0 && (
        <Empty testId="no-hooks">
          <p>
            <strong>Hooks haven't been configured yet.</strong>
          </p>
          <p class="muted">
            {manages
              ? 'Without one nothing is built. Add a hook: an image and a script are all it takes.'
              : 'Without one nothing is built. An owner or manager of this project can add one.'}
          </p>
        </Empty>
      )}
      {hooks && hooks.length > 0 && (
        <ul class="hooks">
          {hooks.map((hook) => (
            <HookCard
              key={hook.id}
              project={id}
              hook={hook}
              manages={manages}
              changed={replace}
              deleted={() => {
                remove(hook);
                say(`“${hook.title}” has been deleted.`);
                head.current?.focus();
              }}
            />
          ))}
        </ul>
      )}
      {hooks && <NextStep project={project} hooks={hooks} />}
    </>
  );
}

/** Tells who has just set something up what makes it run, and that it does. */
function NextStep({ project, hooks }: { project: Project; hooks: Hook[] }) {
  const newest = useSignal(0);
  /** The newest build that there was when the reader came. */
  const seen = useRef<number | null>(null);
  const element = useRef<HTMLOutputElement>(null);
  const [added] = useState(() => {
    const hook = addedHook.peek();
    return hooks.some((known) => known.id === hook?.id) ? hook : null;
  });

  useEffect(() => {
    addedHook.value = null;
    if (added) element.current?.focus();
    return watchProject(project.id, ({ builds }) => noteNewest(newest, builds));
  }, [project.id]);

  const latest = project.latest_build?.number ?? 0;
  seen.current ??= latest;
  const arrived = newest.value > seen.current;
  const waiting = added !== null || (hooks.some((hook) => hook.enabled) && latest === 0);
  return (
    <output class="next-step" ref={element} tabIndex={-1} data-testid="next-step">
      {arrived && <a href={paths.build(project.id, newest.value)}>Build #{newest.value} has arrived.</a>}
      {!arrived && waiting && (
        <>
          {added && `“${added.title}” has been added. `}
          Push a commit to build it
          {atLeast(project.role, 'manager') && (
            <>
              , or <a href={paths.newBuild(project.id)}>build what is there now</a>
            </>
          )}
          .
        </>
      )}
    </output>
  );
}

function noteNewest(newest: Signal<number>, builds: { number: number }[]): void {
  newest.value = Math.max(newest.peek(), ...builds.map(({ number }) => number));
}

const OUTCOMES: Record<RestoredHook['outcome'], string> = {
  untouched: 'was as it should be.',
  recreated: 'was missing on GitHub and has been made anew.',
  edited: 'had been changed on GitHub and has been set right.',
};

/** What restoring found, hook by hook. */
function Restored({ hooks, close }: { hooks: RestoredHook[]; close: () => void }) {
  return (
    <output class="results" data-testid="restored">
      <ul>
        {hooks.map((hook) => (
          <li key={hook.id} class="result" data-outcome={hook.outcome}>
            <CheckIcon />
            <span>
              <strong>{hook.title}</strong> {OUTCOMES[hook.outcome] ?? hook.outcome}
            </span>
          </li>
        ))}
      </ul>
      <button type="button" class="tool" aria-label="Dismiss" onClick={close}>
        <CloseIcon />
      </button>
    </output>
  );
}

function HookCard(props: {
  project: number;
  hook: Hook;
  manages: boolean;
  changed: (hook: Hook) => void;
  deleted: () => void;
}) {
  const { project, hook, manages, changed, deleted } = props;
  const toggle = useAction(async () => {
    // What another manager has changed meanwhile stays.
    const fields: Partial<Hook> = { ...(await getHook(project, hook.id)) };
    for (const name of ['id', 'created_at', 'updated_at'] as const) delete fields[name];
    changed(await updateHook(project, hook.id, { ...(fields as HookFields), enabled: !hook.enabled }));
  });
  return (
    <li class={`hook ${hook.enabled ? '' : 'hook-off'}`} data-testid="hook" data-hook={hook.id}>
      <div class="hook-head">
        <div class="hook-words">
          <h3 class="hook-title">
            {hook.title}
            {!hook.enabled && <span class="tag">Disabled</span>}
          </h3>
          <HookFacts hook={hook} />
        </div>
        {manages && (
          <div class="hook-actions">
            <button
              type="button"
              role="switch"
              class="switch"
              aria-checked={hook.enabled}
              aria-disabled={toggle.running}
              aria-label={`${hook.title} takes part in builds`}
              title={hook.enabled ? 'Enabled' : 'Disabled'}
              data-testid="toggle-hook"
              onClick={toggle.run}
            />
            <a
              class="button button-small"
              href={paths.hook(project, hook.id)}
              aria-label={`Edit ${hook.title}`}
              data-testid="edit-hook"
            >
              Edit
            </a>
            <ConfirmButton
              class="button-small button-danger"
              label="Delete"
              ariaLabel={`Delete ${hook.title}`}
              testId="delete-hook"
              title="Delete this hook?"
              confirm="Delete hook"
              running="Deleting…"
              act={() => deleteHook(project, hook.id)}
              done={deleted}
            >
              <p>
                <strong class="anywhere">{hook.title}</strong> will build nothing any more, and its
                webhook is removed from GitHub. Builds that it was part of stay.
              </p>
            </ConfirmButton>
          </div>
        )}
      </div>
      {toggle.error !== null && (
        <div class="hook-trouble">
          <Trouble error={toggle.error} />
        </div>
      )}
      <HookScripts hook={hook} />
    </li>
  );
}

function HookFacts({ hook }: { hook: Hook }) {
  const events = EVENTS.filter(({ event }) => hook.events.includes(event)).map(({ short }) => short);
  const { branches } = hook;
  return (
    <div class="facts">
      <span class="fact" title="Docker image">
        <BoxIcon />
        <code class="anywhere">{hook.image}</code>
      </span>
      <span class="fact">On {events.join(', ')}</span>
      <span class="fact" title={branches.length > 3 ? branches.join('\n') : 'Branches'}>
        <BranchIcon />
        {branches.length === 0 && 'All branches'}
        {branches.length > 3 && plural(branches.length, 'pattern')}
        {branches.length > 0 && branches.length <= 3 && (
          <code class="anywhere">{branches.join('  ')}</code>
        )}
      </span>
    </div>
  );
}

function HookScripts({ hook }: { hook: Hook }) {
  const [open, setOpen] = useState(false);
  const parts = [
    { name: 'Install script', text: hook.install_script },
    { name: 'Tracked files', text: hook.tracked_files.join('\n') },
    { name: 'Script', text: hook.script },
  ].filter(({ text }) => text !== '');
  return (
    <details class="hook-scripts" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>What it runs</summary>
      {open &&
        parts.map(({ name, text }) => (
          <section
            key={name}
            class="hook-script"
            // A scrollable region must be reachable by keyboard.
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
            tabIndex={0}
            aria-label={`${name} of ${hook.title}`}
          >
            {parts.length > 1 && <h4 class="hook-part">{name}</h4>}
            <pre>{text}</pre>
          </section>
        ))}
    </details>
  );
}
