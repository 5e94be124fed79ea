import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { createHook, getProject, listHooks } from '../api/client';
import { type Faults, REQUIRED } from '../api/faults';
import type { Hook, HookFields } from '../api/types';
import { Field, SubmitButton, useForm } from '../components/form';
import { BoxIcon } from '../components/icons';
import { Problem } from '../components/notice';
import { ProjectNav } from '../components/project_nav';
import { useTitle } from '../components/title';
import { watchProject } from '../live/client';
import { paths } from '../routes';
import { useResource } from '../state/resource';

/** What a project builds, and how to have it build more. */
export function SettingsPage({ project: id }: { project: number }) {
  const project = useResource(`project ${id}`, (signal) => getProject(id, signal));
  const hooks = useResource(`hooks ${id}`, (signal) => listHooks(id, signal));
  const added = useSignal<Hook | null>(null);
  /** The newest build there is, and the newest when the reader was last told what to do. */
  const newest = useSignal(0);
  const seen = useSignal(0);
  const nextStep = useRef<HTMLOutputElement>(null);
  const { value: known } = project.value;
  useTitle(known ? `Settings · ${known.repository}` : 'Settings');

  useEffect(
    () =>
      watchProject(id, ({ builds }) => {
        newest.value = Math.max(newest.peek(), ...builds.map(({ number }) => number));
      }),
    [id],
  );
  useEffect(() => {
    if (added.value) nextStep.current?.focus();
  }, [added.value]);

  const error = project.value.error ?? hooks.value.error;
  if (error && (!known || !hooks.value.value)) {
    const retry = () => {
      project.reload();
      hooks.reload();
    };
    return <Problem what="Project" error={error} retry={retry} />;
  }

  async function add(fields: HookFields) {
    const hook = await createHook(id, fields);
    const others = hooks.peek().value ?? [];
    hooks.value = { value: [...others, hook], error: null };
    added.value = hook;
    seen.value = newest.peek();
  }

  const latest = Math.max(known?.latest_build?.number ?? 0, seen.value);
  const list = hooks.value.value;
  return (
    <>
      <ProjectNav id={id} project={known} current="settings" />
      <h1 class="visually-hidden">Settings</h1>
      <div class="narrow">
        <h2 class="section-title">Hooks</h2>
        <p class="muted">
          Every push and pull request runs each hook's script in a fresh container of its image.
        </p>
        {known && list ? (
          <>
            {list.length === 0 ? (
              <p class="hooks-none" data-testid="no-hooks">
                Hooks haven't been configured yet.
                {known.role === 'member' && ' An owner or manager of this project can add one.'}
              </p>
            ) : (
              <ul class="hooks">
                {list.map((hook) => (
                  <HookCard key={hook.id} hook={hook} />
                ))}
              </ul>
            )}
            <output class="next-step" ref={nextStep} tabIndex={-1} data-testid="next-step">
              {newest.value > latest ? (
                <a href={paths.build(id, newest.value)}>Build #{newest.value} has arrived.</a>
              ) : (
                (added.value || (list.length > 0 && latest === 0)) && (
                  <>
                    {added.value && `“${added.value.title}” was added. `}
                    Push a commit to build it.
                  </>
                )
              )}
            </output>
            {known.role !== 'member' && <NewHook add={add} />}
          </>
        ) : (
          <div class="hook" aria-busy="true">
            <span class="skeleton skeleton-title" />
            <span class="skeleton skeleton-fact" />
          </div>
        )}
      </div>
    </>
  );
}

function HookCard({ hook }: { hook: Hook }) {
  return (
    <li class="hook" data-testid="hook">
      <div class="hook-head">
        <h3 class="hook-title">{hook.title}</h3>
        <span class="fact small muted" title="Docker image">
          <BoxIcon />
          <code>{hook.image}</code>
        </span>
      </div>
      <section
        class="hook-script"
        // A scrollable region must be reachable by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label={`Script of ${hook.title}`}
      >
        <pre>{hook.script}</pre>
      </section>
    </li>
  );
}

const FIRST_HOOK: HookFields = {
  title: '',
  image: 'debian:12',
  script: '#!/bin/bash\nset -e\n\necho "It works!"\n',
};

function missing(fields: HookFields): Faults<keyof HookFields> {
  const names = (['title', 'image', 'script'] as const).filter((name) => fields[name].trim() === '');
  return Object.fromEntries(names.map((name) => [name, REQUIRED]));
}

function NewHook({ add }: { add: (fields: HookFields) => Promise<void> }) {
  const form = useForm<keyof HookFields>({ initial: { ...FIRST_HOOK }, check: missing, send: add });
  return (
    <form class="form" noValidate aria-labelledby="new-hook" {...form.element}>
      <h2 class="section-title" id="new-hook">
        Add a hook
      </h2>
      <Field
        control={form.control('title')}
        label="Title"
        hint="What its job is called here and its status on GitHub."
      />
      <Field
        control={form.control('image')}
        class="mono"
        label="Docker image"
        hint="What the script finds installed."
      />
      <Field
        control={form.control('script')}
        class="mono"
        rows={10}
        label="Script"
        hint="Runs in the repository at the pushed commit. Exit status 0 is success."
      />
      {form.faults.form !== undefined && (
        <p class="problem" role="alert" data-testid="fault-form">
          {form.faults.form}
        </p>
      )}
      <div class="form-end">
        <SubmitButton sending={form.sending} label="Add hook" sendingLabel="Adding…" />
      </div>
    </form>
  );
}
