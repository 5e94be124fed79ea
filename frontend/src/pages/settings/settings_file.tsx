import { useId, useState } from 'preact/hooks';
import { applySettingsFile, settingsFileUrl } from '../../api/settings_file';
import type { Project, SettingsPlan } from '../../api/types';
import { ActionButton, Trouble, useAction } from '../../components/action';
import { SectionHead } from '../../components/section';
import { labelOf } from '../../setting_labels';
import { say } from '../../state/toast';

/** The settings as a file to keep beside the code, and such a file applied here. */
export function FileSection({ project }: { project: Project }) {
  return (
    <>
      <SectionHead
        title="As a file"
        actions={
          <a class="button" href={settingsFileUrl(project.id)} download data-testid="export">
            Download
          </a>
        }
      >
        All hooks and how builds are run, as YAML: to keep beside the code, to compare, to set up another
        project. Values of secrets and passwords are not in it.
      </SectionHead>
      <Apply project={project.id} />
    </>
  );
}

interface Chosen {
  name: string;
  text: string;
}

/** Shows what a file would change before it does. */
function Apply({ project }: { project: number }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [remove, setRemove] = useState(false);
  const [plan, setPlan] = useState<SettingsPlan | null>(null);
  const look = useAction(async () => {
    if (chosen) setPlan(await applySettingsFile(project, chosen.text, { dryRun: true, remove }));
  });
  const apply = useAction(async () => {
    if (!chosen) return;
    setPlan(await applySettingsFile(project, chosen.text, { dryRun: false, remove }));
    say('The settings are as the file says.');
  });
  const id = useId();
  const choose = async (file: File | undefined) => {
    setPlan(null);
    setChosen(file ? { name: file.name, text: await file.text() } : null);
  };
  return (
    <section class="form form-after" aria-labelledby={id} data-testid="apply-file">
      <h3 class="form-title" id={id}>
        Apply a file
      </h3>
      <label class="field">
        <span class="label">File</span>
        <input
          class="input"
          type="file"
          accept=".yaml,.yml"
          data-testid="file"
          onChange={(event) => void choose(event.currentTarget.files?.[0])}
        />
        <span class="small muted">Hooks are known by their titles: one that is not here is added.</span>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={remove}
          data-testid="remove"
          onChange={(event) => {
            setRemove(event.currentTarget.checked);
            setPlan(null);
          }}
        />
        <span>
          Delete hooks that are not in the file
          <span class="small muted check-hint">Their webhooks at GitHub, too.</span>
        </span>
      </label>
      <Trouble error={look.error ?? apply.error} />
      {plan && <Plan plan={plan} />}
      <div class="form-end">
        {chosen && (
          <ActionButton action={look} label="Show what it changes" runningLabel="Looking…" testId="look" />
        )}
        {plan && !plan.applied && plan.changes.length > 0 && (
          <ActionButton action={apply} label="Apply" runningLabel="Applying…" class="button-primary" testId="apply" />
        )}
      </div>
    </section>
  );
}

const VERBS = {
  future: { added: 'Adds', changed: 'Changes', removed: 'Deletes' },
  past: { added: 'Added', changed: 'Changed', removed: 'Deleted' },
} as const;

function Plan({ plan: { applied, changes, missing } }: { plan: SettingsPlan }) {
  const verbs = applied ? VERBS.past : VERBS.future;
  return (
    <div aria-live="polite" data-testid="plan">
      {changes.length === 0 && <p>Nothing differs: the settings are as the file says.</p>}
      {changes.length > 0 && (
        <ul>
          {changes.map(({ what, title, action, fields }) => (
            <li key={`${what} ${title}`} class="anywhere">
              {verbs[action]} {what === 'hook' ? 'the hook ' : 'how builds are run'}
              {title && <strong>{title}</strong>}
              {fields.length > 0 && `: ${fields.map(labelOf).join(', ')}`}
            </li>
          ))}
        </ul>
      )}
      {missing.length > 0 && (
        <>
          <p class="warning">Only you can add what is not in the file:</p>
          <ul>
            {missing.map((sentence) => (
              <li key={sentence} class="anywhere">
                {sentence}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
