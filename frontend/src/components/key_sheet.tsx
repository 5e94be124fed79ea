import { Dialog } from './dialog';

/** What log/keys.ts knows, and what the browser does by itself. */
const KEYS: readonly { keys: readonly string[]; what: string }[] = [
  { keys: ['/', 'Ctrl+F'], what: 'Find in the log' },
  { keys: ['n', 'N'], what: 'Next, previous match' },
  { keys: ['Enter', 'Shift+Enter'], what: 'The same, while typing' },
  { keys: ['Esc'], what: 'Close the search, or leave full screen' },
  { keys: ['e', 'E'], what: 'Next, previous error' },
  { keys: [']', '['], what: 'Next, previous group' },
  { keys: ['Enter', 'Space'], what: 'Fold or unfold the group' },
  { keys: ['Home', 'End'], what: 'Beginning; end, and follow it' },
  { keys: ['c'], what: 'Copy the selected lines' },
  { keys: ['t'], what: 'Times: off, since the start, clock' },
  { keys: ['w'], what: 'Wrap long lines' },
  { keys: ['f'], what: 'Full screen' },
  { keys: ['?'], what: 'This list' },
];

/** Every key that does something with a log, and whether single ones do. */
export function KeySheet(props: { singles: boolean; onSingles: (on: boolean) => void; onClose: () => void }) {
  return (
    <Dialog title="Keys" testId="keys" onClose={props.onClose}>
      <dl class="log-keys">
        {KEYS.map(({ keys, what }) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={props.singles}
          onChange={(event) => props.onSingles(event.currentTarget.checked)}
        />
        Single keys are shortcuts
      </label>
      <div class="dialog-end">
        <button type="button" class="button" onClick={props.onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
