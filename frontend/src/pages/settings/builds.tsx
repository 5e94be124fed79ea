import { getBuildSettings, saveBuildSettings } from '../../api/settings';
import type { BuildSettings, Project } from '../../api/types';
import { Field, FormTrouble, SubmitButton, useForm } from '../../components/form';
import { Loading, SectionHead } from '../../components/section';
import { UnsavedGuard } from '../../components/unsaved_guard';
import { countText, faultOfCount } from '../../hook_fields';
import { useResource } from '../../state/resource';
import { say } from '../../state/toast';

/** How a project's builds are run. */
export function BuildsSection({ project: { id } }: { project: Project }) {
  const resource = useResource(`settings ${id}`, (signal) => getBuildSettings(id, signal));
  const { value, error } = resource.value;
  return (
    <>
      <SectionHead title="Builds">How this project's builds are run, those under way included.</SectionHead>
      {!value && <Loading what="Settings" error={error} retry={resource.reload} />}
      {value && <SettingsForm project={id} settings={value} />}
    </>
  );
}

type Values = Omit<BuildSettings, 'max_parallel'> & { max_parallel: string };
type Choice = Exclude<keyof BuildSettings, 'max_parallel'>;

/** In the order in which they are shown, in groups. */
const GROUPS: readonly { legend: string; choices: readonly [Choice, string, string][] }[] = [
  {
    legend: 'What jobs get',
    choices: [
      [
        'submodules',
        'The repository and its submodules',
        'Those that are public and at the same GitHub. A private one cannot be read: deploy keys open one repository.',
      ],
    ],
  },
  {
    legend: 'When something newer is pushed, cancel older builds',
    choices: [
      ['cancel_superseded_pull_requests', 'Of the same pull request', ''],
      ['cancel_superseded_branches', 'Of the same branch', 'Not every commit has a verdict then.'],
    ],
  },
  {
    legend: 'When a job fails',
    choices: [
      ['fail_fast', 'Cancel the other jobs of its build', ''],
      [
        'retry_lost',
        'Run it again if its runner was lost',
        'At most three times in all. Leave it off if a script must not run twice, as when it deploys.',
      ],
      ['mail', 'Write to the members', 'To those who gave an address in their account settings.'],
    ],
  },
];

function SettingsForm({ project, settings }: { project: number; settings: BuildSettings }) {
  const toValues = (known: BuildSettings): Values => ({
    ...known,
    max_parallel: countText(known.max_parallel),
  });
  const form = useForm<Values>({
    initial: toValues(settings),
    check: ({ max_parallel: typed }) => {
      const fault = faultOfCount(typed);
      return fault ? { max_parallel: fault } : {};
    },
    send: async (values) => {
      const typed = { ...values, max_parallel: Number(values.max_parallel) };
      const saved = await saveBuildSettings(project, typed);
      say('The settings have been saved.');
      return toValues(saved);
    },
  });
  return (
    <form class="form" noValidate data-testid="settings-form" onSubmit={form.onSubmit}>
      <UnsavedGuard dirty={form.dirty} />
      {GROUPS.map(({ legend, choices }) => (
        <fieldset key={legend} class="field choices">
          <legend class="label">{legend}</legend>
          {choices.map(([name, label, hint]) => (
            <label key={name} class="check">
              <input
                type="checkbox"
                name={name}
                checked={form.values[name]}
                data-testid={`field-${name}`}
                onChange={(event) => form.set(name, event.currentTarget.checked)}
              />
              <span>
                {label}
                {hint && <span class="small muted check-hint">{hint}</span>}
              </span>
            </label>
          ))}
        </fieldset>
      ))}
      <Field
        control={form.control('max_parallel')}
        class="input-short"
        optional
        label="Jobs at once"
        hint="Of this whole project. Empty: as many as there are runners for."
      />
      <FormTrouble form={form} />
      <div class="form-end">
        <SubmitButton sending={form.sending} label="Save" sendingLabel="Saving…" testId="save" />
      </div>
    </form>
  );
}
