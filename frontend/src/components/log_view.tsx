import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useRef } from 'preact/hooks';
import { plural } from '../format';
import type { Mark } from '../log/matches';
import type { OpenLog } from '../log/open_log';
import type { LineRange } from '../log/range';
import { listen } from './log_gestures';
import { type Fold, LogRow } from './log_row';

interface Props {
  log: OpenLog;
  /** The scrolled element. */
  scroller: RefObject<HTMLElement>;
  wrap: boolean;
  /** Says when a row was written; null where times are not shown. */
  timeOf: ((row: number) => string) | null;
  follow: boolean;
  onFollow: (follow: boolean) => void;
  range: LineRange | null;
  onRange: (range: LineRange) => void;
}

const NO_MARKS: readonly Mark[] = [];
/** Space beside the text, as in the styles. */
const PADDING_PX = 32;

/**
 * The visible part of a log, however long: only the rows on the screen are in the document, each as
 * high as LogLayout expects.
 */
export function LogView(props: Props) {
  const { log, scroller, follow, wrap, timeOf, range } = props;
  const { store, layout } = log;
  const [, repaint] = useReducer<number, void>((count) => count + 1, 0);
  const spacer = useRef<HTMLDivElement>(null);
  const block = useRef<HTMLDivElement>(null);
  const probe = useRef<HTMLSpanElement>(null);
  const state = useRef({ scrollTop: 0, widest: 0, rowsWhenReleased: 0 }).current;
  const latest = useRef(props);
  latest.current = props;

  const rows = store.rowCount;
  if (follow) {
    layout.showEnd();
    state.rowsWhenReleased = rows;
  }
  const frame = layout.frame();
  const digits = Math.max(3, String(store.lineOfRow(Math.max(0, rows - 1))).length);

  /** Takes over where the reader has scrolled to. */
  function readScroll(element: HTMLElement): boolean {
    const { scrollTop } = element;
    const before = state.scrollTop;
    if (Math.abs(scrollTop - before) < 1) return false;
    state.scrollTop = scrollTop;
    const current = latest.current;
    const atEnd = scrollTop >= element.scrollHeight - element.clientHeight - 2;
    if (current.follow && scrollTop < before && !atEnd) current.onFollow(false);
    if (!current.follow && scrollTop > before && atEnd) current.onFollow(true);
    layout.scrolledTo(scrollTop);
    return true;
  }

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const width = block.current?.offsetWidth ?? 0;
    if (!wrap && width > state.widest && spacer.current) {
      // The horizontal scroll bar must not come and go with the rows on the screen.
      state.widest = width;
      spacer.current.style.minWidth = `${width}px`;
    }
    // A reader who is scrolling right now must not be pulled back to where they were.
    if (!follow && readScroll(element)) repaint();
    else if (Math.abs(element.scrollTop - frame.scrollTop) >= 1) {
      element.scrollTop = frame.scrollTop;
      state.scrollTop = element.scrollTop;
    }
  });

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    return listen(element, {
      up: () => latest.current.follow && latest.current.onFollow(false),
      end: () => latest.current.onFollow(true),
      scroll: () => readScroll(element) && repaint(),
      line: (line, extend) => {
        const anchor = (extend && latest.current.range?.first) || line;
        latest.current.onRange({ first: Math.min(anchor, line), last: Math.max(anchor, line) });
      },
      fold: (group) => {
        // Who folds wants to look at it, not at the end.
        latest.current.onFollow(false);
        log.toggle(group);
      },
    });
  }, [store]);

  useLayoutEffect(() => {
    const element = scroller.current;
    const characters = probe.current;
    if (!element || !characters) return;
    const measure = () => {
      const width = characters.getBoundingClientRect().width / 100 || 8;
      const widthOf = (part: string) => block.current?.querySelector(part)?.getBoundingClientRect().width;
      const beside = (widthOf('.log-gutter') ?? 56) + (widthOf('.log-time') ?? 0) + PADDING_PX;
      const columns = Math.max(10, Math.floor((element.clientWidth - beside) / width));
      layout.resize(element.clientHeight, wrap ? columns : 0);
      state.widest = 0;
      if (spacer.current) spacer.current.style.minWidth = '';
      repaint();
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [layout, wrap, digits, timeOf === null]);

  const visible = frame.rows;
  const shownHeader = visible.find((row) => log.groups.indexOfHeader(row) >= 0);
  const tabHeader = visible.includes(log.headerInUse) ? log.headerInUse : shownHeader;
  const foldOf = (row: number): Fold | null => {
    const group = log.groups.indexOfHeader(row);
    const known = log.groups.all[group];
    if (!known) return null;
    const lines = known.end < 0 ? -1 : known.end - known.header - 1;
    const { name, isPhase } = known;
    return { group, name, phase: isPhase ? name : undefined, folded: log.folds.isFolded(group), rows: lines, inTabOrder: row === tabHeader };
  };
  const fresh = rows - state.rowsWhenReleased;
  // Wide characters may make wrapped rows taller than computed: anchor the end at the end.
  const anchored = wrap && frame.atEnd && (visible[0] ?? 0) > 0;
  return (
    <div class="log-frame">
      <section
        class={wrap ? 'log-scroller log-wrap' : 'log-scroller'}
        style={{ '--log-digits': digits }}
        ref={scroller as RefObject<HTMLDivElement>}
        // A scrollable region must be reachable by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label="Log output"
        data-rows={rows}
      >
        <span class="log-probe" ref={probe} aria-hidden="true">
          {'0'.repeat(100)}
        </span>
        <div class="log-spacer" ref={spacer} style={{ height: `${frame.spacerPx}px` }}>
          <div
            class={`log-block ${anchored ? 'log-block-end' : ''}`}
            ref={block}
            style={{ transform: anchored ? 'none' : `translateY(${frame.shiftPx}px)` }}
          >
            {visible.map((row) => {
              const line = store.lineOfRow(row);
              return (
                <LogRow
                  key={row}
                  store={store}
                  row={row}
                  line={line}
                  continued={store.isContinuation(row)}
                  final={row < store.finishedRows}
                  marked={range !== null && line >= range.first && line <= range.last}
                  here={row === log.atError.row}
                  marks={log.finding?.marksIn(row) ?? NO_MARKS}
                  fold={foldOf(row)}
                  time={timeOf && timeOf(row)}
                />
              );
            })}
          </div>
        </div>
      </section>
      {!follow && fresh > 0 && state.rowsWhenReleased > 0 && !frame.atEnd && (
        <button type="button" class="log-pill" data-testid="new-lines" onClick={() => props.onFollow(true)}>
          ↓ {plural(fresh, 'new line')}
        </button>
      )}
    </div>
  );
}
