import { useId, useRef, useState } from 'preact/hooks';
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

interface Input {
  /** Read once: what is applied is what was looked at, whatever becomes of the file. */
  bytes: Promise<ArrayBuffer>;
  /** Which choice it is: the same file may be chosen again once it was edited. */
  choice: number;
}

let choices = 0;

function Apply({ project }: { project: number }) {
  const [input, setInput] = useState<Input | null>(null);
  const [remove, setRemove] = useState(false);
  const [applying, setApplying] = useState(false);
  const id = useId();
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
          disabled={applying}
          // Else the same file could not be chosen again.
          onClick={(event) => {
            event.currentTarget.value = '';
            setInput(null);
          }}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            setInput(file ? { bytes: file.arrayBuffer(), choice: ++choices } : null);
          }}
        />
        <span class="small muted">Hooks are known by their titles: one that is not here is added.</span>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={remove}
          disabled={applying}
          data-testid="remove"
          onChange={(event) => setRemove(event.currentTarget.checked)}
        />
        <span>
          Delete hooks that are not in the file
          <span class="small muted check-hint">Their webhooks at GitHub, too.</span>
        </span>
      </label>
      {input && (
        <Steps
          key={`${input.choice} ${remove}`}
          project={project}
          bytes={input.bytes}
          remove={remove}
          setApplying={setApplying}
        />
      )}
    </section>
  );
}

/** Shows what a file would change before it does. Of another file or choice it is another one. */
function Steps(props: {
  project: number;
  bytes: Promise<ArrayBuffer>;
  remove: boolean;
  setApplying: (applying: boolean) => void;
}) {
  const { project, bytes, remove, setApplying } = props;
  const [plan, setPlan] = useState<SettingsPlan | null>(null);
  const told = useRef<HTMLDivElement>(null);
  const run = async (dryRun: boolean) => {
    setPlan(await applySettingsFile(project, await bytes, { dryRun, remove }));
    told.current?.focus();
  };
  const look = useAction(() => run(true));
  const apply = useAction(async () => {
    setApplying(true);
    try {
      await run(false);
    } finally {
      setApplying(false);
    }
    say('The settings are as the file says.');
  });
  return (
    <>
      <Trouble error={look.error ?? apply.error} />
      <div ref={told} tabIndex={-1} aria-live="polite" data-testid="plan">
        {plan && <Plan plan={plan} />}
      </div>
      <div class="form-end">
        {!apply.running && (
          <ActionButton action={look} label="Show what it changes" runningLabel="Looking…" testId="look" />
        )}
        {!look.running && plan && !plan.applied && plan.changes.length > 0 && (
          <ActionButton action={apply} label="Apply" runningLabel="Applying…" class="button-primary" testId="apply" />
        )}
      </div>
    </>
  );
}

const VERBS = {
  future: { added: 'Adds', changed: 'Changes', removed: 'Deletes' },
  past: { added: 'Added', changed: 'Changed', removed: 'Deleted' },
} as const;

function Plan({ plan: { applied, changes, missing } }: { plan: SettingsPlan }) {
  const verbs = applied ? VERBS.past : VERBS.future;
  return (
    <>
      {changes.length === 0 && <p>Nothing differs: the settings are as the file says.</p>}
      {changes.length > 0 && (
        <ul>
          {changes.map(({ what, title, action, fields }, index) => (
            <li key={index} class="anywhere">
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
    </>
  );
}
