import { formatNumber, plural } from '../format';
import type { OpenLog } from '../log/open_log';
import { AlertIcon } from './icons';
import { DownIcon, UpIcon } from './log_icons';
import { Tool } from './log_tool';

/** To which error: the next, the one before, the first of all. */
export type ErrorStep = 1 | -1 | 'first';

/** How many lines say that something went wrong, at which of them the reader is, and ways to the others. */
export function ErrorSteps(props: { log: OpenLog; onStep: (where: ErrorStep) => void }) {
  const { log, onStep } = props;
  const { count } = log.errors;
  const { index } = log.atError;
  return (
    <span class="log-errors">
      <button
        type="button"
        class="tool"
        title="Go to the first error"
        data-testid="first-error"
        onClick={() => onStep('first')}
      >
        <AlertIcon />
        {index < 0 ? plural(count, 'error') : `Error ${formatNumber(index + 1)} of ${formatNumber(count)}`}
      </button>
      {count > 1 && (
        <>
          <Tool label="Previous error" short icon={<UpIcon />} testId="previous-error" onClick={() => onStep(-1)} />
          <Tool label="Next error" short icon={<DownIcon />} testId="next-error" onClick={() => onStep(1)} />
        </>
      )}
    </span>
  );
}
