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

type Count = 'max_parallel' | 'log_days' | 'log_builds' | 'log_failures';
type Values = Omit<BuildSettings, Count> & Record<Count, string>;
type Choice = Exclude<keyof BuildSettings, Count>;

const COUNTS: readonly { name: Count; label: string; hint: string; most: number }[] = [
  {
    name: 'max_parallel',
    label: 'Jobs at once',
    hint: 'Of this whole project. Empty: as many as there are runners for.',
    most: 1000,
  },
  {
    name: 'log_days',
    label: 'Days for which logs are kept',
    hint: 'From the end of their build on. Empty: for ever.',
    most: 36_500,
  },
  {
    name: 'log_builds',
    label: 'Builds whose logs are kept',
    hint: 'The newest ones. Empty: all.',
    most: 10_000_000,
  },
  {
    name: 'log_failures',
    label: 'Failed builds whose logs are kept longer',
    hint: 'The newest ones keep theirs in spite of both limits. Empty: none.',
    most: 10_000,
  },
];

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
    log_days: countText(known.log_days),
    log_builds: countText(known.log_builds),
    log_failures: countText(known.log_failures),
  });
  const form = useForm<Values>({
    initial: toValues(settings),
    check: (values) => {
      const faults: Partial<Record<Count, string>> = {};
      for (const { name, most } of COUNTS) {
        const fault = faultOfCount(values[name], most);
        if (fault) faults[name] = fault;
      }
      return faults;
    },
    send: async (values) => {
      const typed = {
        ...values,
        max_parallel: Number(values.max_parallel),
        log_days: Number(values.log_days),
        log_builds: Number(values.log_builds),
        log_failures: Number(values.log_failures),
      };
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
      {COUNTS.map(({ name, label, hint }) => (
        <Field key={name} control={form.control(name)} class="input-short" optional label={label} hint={hint} />
      ))}
      <FormTrouble form={form} />
      <div class="form-end">
        <SubmitButton sending={form.sending} label="Save" sendingLabel="Saving…" testId="save" />
      </div>
    </form>
  );
}
