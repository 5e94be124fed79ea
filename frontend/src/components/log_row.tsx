import { Component } from 'preact';
import { type Paint, paintOf } from '../log/palette';
import { segmentsOf } from '../log/segments';
import type { LogStore } from '../log/store';

interface Props {
  store: LogStore;
  row: number;
  line: number;
  /** Continues the line of the row before. */
  continued: boolean;
  /** Will not change any more. */
  final: boolean;
  marked: boolean;
}

/** One row of a log. A final one is drawn once. */
export class LogRow extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    const now = this.props;
    return !now.final || next.marked !== now.marked || next.row !== now.row || next.store !== now.store;
  }

  override render({ store, row, line, continued, marked }: Props) {
    const linkOf = (style: number) => store.styles.get(style).link;
    return (
      <div class={marked ? 'log-line log-marked' : 'log-line'} data-testid="log-line" data-line={line}>
        <span class="log-gutter" data-number={continued ? '↪' : line} />
        <span class="log-text">
          {segmentsOf(store.row(row), linkOf).map((segment, index) => {
            const paint = paintFor(store, segment.style);
            if (segment.link !== '') {
              return (
                <a
                  key={index}
                  class={`log-link ${paint.className}`}
                  style={colours(paint)}
                  href={segment.link}
                  target="_blank"
                  rel="noopener noreferrer"
                >
                  {segment.text}
                </a>
              );
            }
            if (segment.style === 0) return segment.text;
            return (
              <span key={index} class={paint.className} style={colours(paint)}>
                {segment.text}
              </span>
            );
          })}
        </span>
      </div>
    );
  }
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
