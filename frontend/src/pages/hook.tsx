import { useState } from 'preact/hooks';
import { createHook, getHook, updateHook } from '../api/hooks';
import { getProject } from '../api/projects';
import type { Hook, HookEvent, Project } from '../api/types';
import { CodeField } from '../components/code_field';
import { Field, FieldNotes, type FormState, FormTrouble, SubmitButton, useForm } from '../components/form';
import { PageSkeleton } from '../components/lazy';
import { Problem } from '../components/notice';
import { ProjectNav } from '../components/project_nav';
import { RoleNeeded } from '../components/role_needed';
import { useTitle } from '../components/title';
import { UnsavedGuard } from '../components/unsaved_guard';
import {
  checkHook,
  EVENTS,
  hasAdvancedFault,
  type HookValues,
  isAdvanced,
  NEW_HOOK,
  noteOnBranches,
  noteOnFiles,
  noteOnScript,
  toFields,
  toValues,
} from '../hook_fields';
import { atLeast } from '../roles';
import { navigate } from '../router';
import { paths } from '../routes';
import { addedHook } from '../state/added_hook';
import { useResource } from '../state/resource';
import { say } from '../state/toast';
import { Services } from './hook_services';

/** Where a hook is added (null) or edited. */
export function HookPage({ project: id, hook: number }: { project: number; hook: number | null }) {
  const project = useResource(`project ${id}`, (signal) => getProject(id, signal));
  const hook = useResource(`hook ${id} ${number}`, async (signal) =>
    number === null ? null : await getHook(id, number, signal),
  );
  const { value: known } = project.value;
  const title = number === null ? 'Add hook' : 'Edit hook';
  useTitle(known ? `${title} · ${known.repository}` : title);

  if (!known && project.value.error) {
    return <Problem what="Project" error={project.value.error} retry={project.reload} />;
  }
  const ready = number === null || hook.value.value !== null;
  return (
    <>
      <ProjectNav id={id} project={known} current="here" title={title} />
      <div class="narrow">
        <HookBody
          title={number === null ? 'Add a hook' : 'Edit a hook'}
          project={known}
          ready={ready}
          error={hook.value.error}
          retry={hook.reload}
          hook={hook.value.value}
        />
      </div>
    </>
  );
}

function HookBody(props: {
  title: string;
  project: Project | null;
  ready: boolean;
  error: Parameters<typeof Problem>[0]['error'] | null;
  retry: () => void;
  hook: Hook | null;
}) {
  const { title, project, ready, error, retry, hook } = props;
  if (project && !atLeast(project.role, 'manager')) {
    return <RoleNeeded project={project} needed="manager" />;
  }
  if (!ready && error) return <Problem what="Hook" error={error} retry={retry} />;
  if (!project || !ready) return <PageSkeleton />;
  return <HookForm title={title} project={project} hook={hook} />;
}

function HookForm({ title, project, hook }: { title: string; project: Project; hook: Hook | null }) {
  const back = paths.settings(project.id);
  const form = useForm<HookValues>({
    initial: hook ? toValues(hook) : NEW_HOOK,
    check: checkHook,
    send: async (values) => {
      const fields = toFields(values);
      if (hook) {
        const saved = await updateHook(project.id, hook.id, fields);
        say(`“${saved.title}” has been saved.`);
      } else {
        addedHook.value = await createHook(project.id, fields);
      }
      navigate(back, { sure: true });
    },
  });
  const { values } = form;
  return (
    <>
      <h1 class="page-title">{title}</h1>
      <UnsavedGuard dirty={form.dirty} />
      <form class="form" noValidate data-testid="hook-form" onSubmit={form.onSubmit}>
        <Field
          control={form.control('title')}
          label="Title"
          hint="What its job is called here, and its status on GitHub."
        />
        <Field
          control={form.control('image')}
          class="mono"
          label="Docker image"
          hint="What the scripts find installed. Any image that can be pulled will do."
        />
        <CodeField
          control={form.control('script')}
          label="Script"
          hint="Runs in the repository, at the commit that is built. Exit status 0 is success."
          note={noteOnScript(values.script)}
        />
        <Events form={form} />
        <Field
          control={form.control('branches')}
          class="mono"
          rows={3}
          optional
          label="Branches"
          hint={
            <>
              One a line, all if empty: <code>main</code>, <code>release/*</code>, <code>**</code>. A star
              does not match a slash, two do.
            </>
          }
          note={noteOnBranches(values.branches, values.events)}
        />
        <CodeField
          control={form.control('install_script')}
          optional
          label="Install script"
          hint={
            <>
              What it installs is kept as an image, and later jobs skip it while it, its image and its tracked
              files stay the same. It gets no secrets, and nothing below <code>/kozmic</code> is kept. When it
              fails, the script is not run.
            </>
          }
          note={noteOnScript(values.install_script)}
        />
        <Field
          control={form.control('tracked_files')}
          class="mono"
          rows={3}
          optional
          label="Tracked files"
          hint="Files and folders in the repository on which the install script's result depends, one a line."
          note={noteOnFiles(values.tracked_files)}
        />
        <Services form={form} />
        <Advanced form={form} />
        <label class="check">
          <input
            type="checkbox"
            name="enabled"
            checked={values.enabled}
            data-testid="field-enabled"
            onChange={(event) => form.set('enabled', event.currentTarget.checked)}
          />
          <span>
            Enabled
            <span class="small muted check-hint">A disabled hook takes part in no build.</span>
          </span>
        </label>
        <FormTrouble form={form} />
        <div class="form-end">
          <SubmitButton
            sending={form.sending}
            label={hook ? 'Save hook' : 'Add hook'}
            sendingLabel={hook ? 'Saving…' : 'Adding…'}
            testId="save"
          />
          <a class="button button-large" href={back}>
            Cancel
          </a>
        </div>
      </form>
    </>
  );
}

/** For which events it builds. */
function Events({ form }: { form: FormState<HookValues> }) {
  const fault = form.faults.events;
  const { events } = form.values;
  const toggle = (event: HookEvent, on: boolean) => {
    const others = events.filter((known) => known !== event);
    form.set('events', on ? [...others, event] : others);
  };
  return (
    <fieldset class="field choices">
      <legend class="label">Builds</legend>
      {EVENTS.map(({ event, label }, index) => (
        <label key={event} class="check">
          <input
            ref={index === 0 ? form.attach('events') : null}
            type="checkbox"
            name={event}
            checked={events.includes(event)}
            aria-invalid={fault !== undefined}
            aria-describedby={fault === undefined ? undefined : 'events-fault'}
            data-testid={`field-${event}`}
            onChange={(changed) => toggle(event, changed.currentTarget.checked)}
          />
          {label}
        </label>
      ))}
      <FieldNotes id="events" name="events" fault={fault} />
    </fieldset>
  );
}

/** Where it runs, for how long, and how many at once: what most hooks never need. */
function Advanced({ form }: { form: FormState<HookValues> }) {
  const [open, setOpen] = useState(() => isAdvanced(form.values));
  // A field that needs attention must be there to get the keyboard.
  return (
    <details
      class="advanced"
      open={open || hasAdvancedFault(form.faults)}
      data-testid="advanced"
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>Advanced</summary>
      <Field
        control={form.control('labels')}
        class="mono"
        rows={2}
        optional
        label="Labels"
        hint="What a runner must have to run it, one a line: gpu, arm64, …"
      />
      <div class="form-thirds">
        <Field
          control={form.control('timeout_seconds')}
          label="Time limit"
          hint="In minutes. Then it is ended."
        />
        <Field
          control={form.control('stall_timeout_seconds')}
          label="Silence limit"
          hint="In minutes. It is ended when it writes nothing for so long."
        />
        <Field
          control={form.control('max_parallel')}
          optional
          label="Jobs at once"
          hint="Of this hook. Empty: no limit."
        />
      </div>
    </details>
  );
}
