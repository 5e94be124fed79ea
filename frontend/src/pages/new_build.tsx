import { useRef } from 'preact/hooks';
import { triggerBuild } from '../api/builds';
import { REQUIRED } from '../api/faults';
import { getProject } from '../api/projects';
import type { Project } from '../api/types';
import {
  Field,
  FieldNotes,
  type FormState,
  FormTrouble,
  SubmitButton,
  useForm,
} from '../components/form';
import { CloseIcon } from '../components/icons';
import { PageSkeleton } from '../components/lazy';
import { Problem } from '../components/notice';
import { ProjectNav } from '../components/project_nav';
import { RoleNeeded } from '../components/role_needed';
import { useTitle } from '../components/title';
import { UnsavedGuard } from '../components/unsaved_guard';
import { atLeast } from '../roles';
import { navigate } from '../router';
import { paths } from '../routes';
import { useResource } from '../state/resource';
import { faultOfVariables, MOST_VARIABLES, recordOf, type Variable } from '../variables';

/** Where a build is asked for by hand. */
export function NewBuildPage({ project: id }: { project: number }) {
  const resource = useResource(`project ${id}`, (signal) => getProject(id, signal));
  const { value: project, error } = resource.value;
  useTitle(project ? `Build now · ${project.repository}` : 'Build now');
  if (!project && error) return <Problem what="Project" error={error} retry={resource.reload} />;
  return (
    <>
      <ProjectNav id={id} project={project} current="here" title="Build now" />
      <div class="narrow">
        {!project && <PageSkeleton />}
        {project && !atLeast(project.role, 'manager') && (
          <RoleNeeded project={project} needed="manager" />
        )}
        {project && atLeast(project.role, 'manager') && <BuildForm project={project} />}
      </div>
    </>
  );
}

interface Values {
  ref: string;
  variables: Variable[];
}

function check({ ref, variables }: Values) {
  const fault = faultOfVariables(variables);
  return {
    ...(ref.trim() === '' && { ref: REQUIRED }),
    ...(fault !== '' && { variables: fault }),
  };
}

function BuildForm({ project }: { project: Project }) {
  const form = useForm<Values>({
    initial: { ref: project.default_branch, variables: [] },
    check,
    send: async ({ ref, variables }) => {
      const build = await triggerBuild(project.id, ref.trim(), recordOf(variables));
      navigate(paths.build(project.id, build.number), { sure: true });
    },
  });
  return (
    <>
      <h1 class="page-title">Build now</h1>
      <UnsavedGuard dirty={form.dirty} />
      <form class="form" noValidate data-testid="build-form" onSubmit={form.onSubmit}>
        <Field
          control={form.control('ref')}
          class="mono"
          label="Branch, tag or commit"
          hint="Every enabled hook runs, whatever its branches and events."
        />
        <Variables form={form} />
        <FormTrouble form={form} />
        <div class="form-end">
          <SubmitButton
            sending={form.sending}
            label="Build now"
            sendingLabel="Asking GitHub…"
            testId="start-build"
          />
          <a class="button button-large" href={paths.latest(project.id)}>
            Cancel
          </a>
        </div>
      </form>
    </>
  );
}

function Variables({ form }: { form: FormState<Values> }) {
  const { variables } = form.values;
  const fault = form.faults.variables;
  const fieldset = useRef<HTMLFieldSetElement>(null);
  const set = (changed: Variable[]) => form.set('variables', changed);
  /** Once it is drawn, the keyboard goes to the last field that matches. */
  const focus = (selector: string) =>
    setTimeout(() => {
      const fields = fieldset.current?.querySelectorAll<HTMLElement>(selector);
      fields?.item(fields.length - 1)?.focus();
    });
  const type = (row: number, typed: Partial<Variable>) =>
    set(variables.map((known) => (known.row === row ? { ...known, ...typed } : known)));
  return (
    <fieldset class="field choices" ref={fieldset}>
      <legend class="label">
        Variables <span class="small muted label-aside">optional</span>
      </legend>
      {variables.map(({ row, name, value }, index) => (
        <div key={row} class="variable" data-testid="variable">
          <input
            ref={index === 0 ? form.attach('variables') : null}
            class="input mono variable-name"
            aria-label={`Name of variable ${index + 1}`}
            aria-invalid={fault !== undefined}
            aria-describedby={fault === undefined ? undefined : 'variables-fault'}
            placeholder="NAME"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            value={name}
            onInput={(event) => type(row, { name: event.currentTarget.value })}
          />
          <input
            class="input mono"
            aria-label={`Value of variable ${index + 1}`}
            placeholder="value"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            value={value}
            onInput={(event) => type(row, { value: event.currentTarget.value })}
          />
          <button
            type="button"
            class="tool"
            aria-label={`Remove variable ${index + 1}`}
            data-testid="remove-variable"
            onClick={() => {
              set(variables.filter((known) => known.row !== row));
              focus('button');
            }}
          >
            <CloseIcon />
          </button>
        </div>
      ))}
      {variables.length < MOST_VARIABLES && (
        <p>
          <button
            type="button"
            class="button button-small"
            data-testid="add-variable"
            onClick={() => {
              set([...variables, { row: (variables.at(-1)?.row ?? 0) + 1, name: '', value: '' }]);
              focus('.variable-name');
            }}
          >
            Add a variable
          </button>
        </p>
      )}
      <FieldNotes
        id="variables"
        name="variables"
        fault={fault}
        hint="Given to the scripts as environment variables. Everybody who sees the build sees them: passwords belong in the project’s secrets."
      />
    </fieldset>
  );
}
