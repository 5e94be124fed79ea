import { formatNumber } from '../format';
import { textOfLines } from '../log/lines_text';
import { type LineRange, parseRange } from '../log/range';
import type { LogStore } from '../log/store';

/** More would be a thousand pages. */
const MOST_LINES = 50_000;

/**
 * Puts a log on paper, until the answer is called: the lines that the address names, or all of them,
 * beside their numbers. What is drawn of it on the screen are the rows in view; these are made when the browser is
 * about to print.
 */
export function printLog(box: HTMLElement, store: LogStore): () => void {
  const printed = document.createElement('pre');
  printed.className = 'log-print';
  printed.dataset.testid = 'log-print';
  const add = () => {
    const selected = parseRange(window.location.hash);
    printed.textContent = numbered(store, selected ?? { first: 1, last: store.lineOfRow(store.rowCount - 1) });
    box.append(printed);
  };
  const remove = () => printed.remove();
  window.addEventListener('beforeprint', add);
  window.addEventListener('afterprint', remove);
  return () => {
    window.removeEventListener('beforeprint', add);
    window.removeEventListener('afterprint', remove);
    remove();
  };
}

function numbered(store: LogStore, { first, last }: LineRange): string {
  const begin = Math.max(first, last - MOST_LINES + 1);
  const lines = textOfLines(store, { first: begin, last }).split('\n').slice(0, -1);
  const width = String(last).length;
  const text = lines.map((line, index) => `${String(begin + index).padStart(width)}  ${line}\n`).join('');
  return begin > first ? `… ${formatNumber(begin - first)} lines before are not printed.\n${text}` : text;
}
