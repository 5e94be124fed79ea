import { Component } from 'preact';
import { plural } from '../format';
import { cutAtMarks, type MarkedSegment } from '../log/cut_marks';
import type { Mark } from '../log/matches';
import { type Paint, paintOf } from '../log/palette';
import { segmentsOf } from '../log/segments';
import type { LogStore } from '../log/store';
import { ChevronIcon } from './icons';

/** What a row that is a group's header shows of it. */
export interface Fold {
  group: number;
  name: string;
  /** The name of a phase, which the row does not say itself. */
  phase: string | undefined;
  folded: boolean;
  /** Rows below the header; -1 while there come more. */
  rows: number;
  /** The keyboard gets to one header of those in view by Tab. */
  inTabOrder: boolean;
}

interface Props {
  store: LogStore;
  row: number;
  line: number;
  /** Continues the line of the row before. */
  continued: boolean;
  /** Will not change any more. */
  final: boolean;
  marked: boolean;
  /** The reader was brought here. */
  here: boolean;
  marks: readonly Mark[];
  fold: Fold | null;
  /** When it was written, as shown; null where times are not shown. */
  time: string | null;
}

/** One row of a log. A final one is drawn once. */
export class LogRow extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    const now = this.props;
    return (
      !now.final ||
      next.marked !== now.marked ||
      next.here !== now.here ||
      next.time !== now.time ||
      next.row !== now.row ||
      next.store !== now.store ||
      !sameFields(next.fold, now.fold) ||
      next.marks.length !== now.marks.length ||
      next.marks.some((mark, index) => !sameFields(mark, now.marks[index] ?? null))
    );
  }

  override render({ store, row, line, continued, marked, here, marks, fold, time }: Props) {
    const segments = segmentsOf(store.row(row), (style) => store.styles.get(style).link);
    const classes = `log-line${marked ? ' log-marked' : ''}${here ? ' log-here' : ''}`;
    return (
      <div class={classes} data-testid="log-line" data-line={line}>
        <span class="log-gutter" data-number={continued ? '↪' : line}>
          {fold && <FoldButton fold={fold} />}
        </span>
        {/* Neither numbers nor times are text, so that they are not copied. */}
        {time !== null && <span class="log-time" data-time={time} />}
        <span class={fold ? 'log-text a-bold' : 'log-text'} data-phase={fold?.phase}>
          {cutAtMarks(segments, marks).map((segment, index) => pieceOf(store, segment, index))}
          {fold?.folded && <span class="log-note" data-note={fold.rows < 0 ? '…' : plural(fold.rows, 'line')} />}
        </span>
      </div>
    );
  }
}

function FoldButton({ fold }: { fold: Fold }) {
  return (
    <button
      type="button"
      class="log-fold"
      aria-expanded={!fold.folded}
      aria-label={fold.name}
      tabIndex={fold.inTabOrder ? 0 : -1}
      data-testid="fold"
      data-group={fold.group}
    >
      <ChevronIcon className={fold.folded ? '' : 'chevron-open'} />
    </button>
  );
}

function pieceOf(store: LogStore, { text, style, link, mark }: MarkedSegment, key: number) {
  const paint = paintFor(store, style);
  // What was found has colours of its own.
  const look = { class: paint.className, style: mark ? {} : colours(paint) };
  const found = mark ? <mark class={mark.current ? 'log-found log-found-now' : 'log-found'}>{text}</mark> : text;
  if (link !== '') {
    return (
      <a key={key} {...look} class={`log-link ${look.class}`} href={link} target="_blank" rel="noopener noreferrer">
        {found}
      </a>
    );
  }
  if (style === 0) return found;
  return (
    <span key={key} {...look}>
      {found}
    </span>
  );
}

function sameFields<T extends object>(a: T | null, b: T | null): boolean {
  if (!a || !b) return a === b;
  return (Object.keys(a) as (keyof T)[]).every((name) => a[name] === b[name]);
}

const paints = new WeakMap<LogStore, Map<number, Paint>>();

function paintFor(store: LogStore, style: number): Paint {
  let known = paints.get(store);
  if (!known) {
    known = new Map();
    paints.set(store, known);
  }
  let paint = known.get(style);
  if (!paint) {
    paint = paintOf(store.styles.get(style));
    known.set(style, paint);
  }
  return paint;
}

function colours({ color, backgroundColor }: Paint): { color?: string; backgroundColor?: string } {
  return { ...(color && { color }), ...(backgroundColor && { backgroundColor }) };
}
