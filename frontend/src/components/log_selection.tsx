import { formatNumber, plural } from '../format';
import { textOfLines } from '../log/lines_text';
import type { OpenLog } from '../log/open_log';
import { formatRange, type LineRange } from '../log/range';
import { CopyButton } from './copy_button';
import { CloseIcon, CopyIcon, LinkIcon } from './icons';

/** Which lines are selected, and what can be done with them. */
export function Selection(props: {
  log: OpenLog;
  range: LineRange;
  permalink: string;
  onRange: (range: LineRange | null) => void;
}) {
  const { log, range, permalink } = props;
  const one = range.first === range.last;
  return (
    <span class="log-range">
      <span data-testid="selection">
        {one ? `Line ${formatNumber(range.first)}` : `Lines ${formatNumber(range.first)}–${formatNumber(range.last)}`}
      </span>
      <CopyButton label="Copy link" text={() => window.location.origin + permalink + formatRange(range)}>
        <LinkIcon />
        <span class="tool-word">Copy link</span>
      </CopyButton>
      <CopyButton label={`Copy text of ${plural(range.last - range.first + 1, 'line')}`} text={() => textOfLines(log.store, range)}>
        <CopyIcon />
        <span class="tool-word">Copy text</span>
      </CopyButton>
      <button type="button" class="tool" aria-label="Clear selection" onClick={() => props.onRange(null)}>
        <CloseIcon />
      </button>
    </span>
  );
}
