import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { formatNumber } from '../format';
import { Finder } from '../log/finder';
import type { OpenLog } from '../log/open_log';
import type { Query } from '../log/pattern';
import { openRegexSearcher } from '../log/regex_searcher';
import { CloseIcon } from './icons';
import { DownIcon, UpIcon } from './log_icons';

/** Where one types what to look for in the log, and sees how much of it there is. */
export function FindBar(props: {
  log: OpenLog;
  query: Query;
  /** Grows each time that the reader asks for this bar. */
  asked: number;
  onQuery: (query: Query) => void;
  onStep: (direction: 1 | -1) => void;
  onClose: () => void;
  repaint: () => void;
}) {
  const { log, query, asked, onQuery, onStep, onClose, repaint } = props;
  const input = useRef<HTMLInputElement>(null);
  const finder = useMemo(() => new Finder(log, { openSearcher: openRegexSearcher }, repaint), [log]);
  useEffect(() => {
    log.finding = finder;
    return () => {
      log.finding = null;
      finder.find.stop();
      repaint();
    };
  }, [finder]);
  useEffect(() => {
    finder.look(query);
    repaint();
  }, [finder, query]);
  useLayoutEffect(() => input.current?.select(), [asked]);

  const option = (name: 'regex' | 'matchCase', sign: string, label: string) => (
    <button
      type="button"
      class="tool"
      aria-pressed={query[name]}
      aria-label={label}
      title={label}
      data-testid={`find-${name}`}
      onClick={() => onQuery({ ...query, [name]: !query[name] })}
    >
      {sign}
    </button>
  );
  const { problem, busy } = finder.find;
  return (
    <search class="log-tools log-find" data-testid="find-bar">
      <input
        ref={input}
        class="log-find-input"
        aria-label="Find in the log"
        aria-invalid={problem !== ''}
        aria-describedby="find-count"
        placeholder="Find in the log"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        data-testid="find"
        value={query.text}
        onInput={(event) => onQuery({ ...query, text: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            onStep(event.shiftKey ? -1 : 1);
          } else if (event.key === 'Escape') {
            event.preventDefault();
            onClose();
          }
        }}
      />
      {option('matchCase', 'Aa', 'Match case')}
      {option('regex', '.*', 'Regular expression')}
      <output
        id="find-count"
        class={problem ? 'log-problem anywhere' : ''}
        data-testid="find-count"
        data-busy={busy}
      >
        {problem || countOf(finder, query)}
      </output>
      <span class="log-tools-end">
        <button type="button" class="tool" aria-label="Previous match" onClick={() => onStep(-1)}>
          <UpIcon />
        </button>
        <button type="button" class="tool" aria-label="Next match" onClick={() => onStep(1)}>
          <DownIcon />
        </button>
        <button type="button" class="tool" aria-label="Close search" onClick={onClose}>
          <CloseIcon />
        </button>
      </span>
    </search>
  );
}

function countOf({ find, index }: Finder, { text }: Query): string {
  if (text === '') return '';
  if (find.count === 0) return find.busy ? 'Searching…' : 'No matches';
  const all = `${formatNumber(find.count)}${find.full ? '+' : ''}${find.busy ? '…' : ''}`;
  return index < 0 ? all : `${formatNumber(index + 1)} of ${all}`;
}
