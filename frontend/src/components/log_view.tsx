import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef } from 'preact/hooks';
import { plural } from '../format';
import { LogLayout } from '../log/layout';
import type { LineRange } from '../log/range';
import type { LogStore } from '../log/store';
import { listen } from './log_gestures';
import { LogRow } from './log_row';

interface Props {
  store: LogStore;
  /** The view puts a function here that is to be called whenever the store has changed. */
  changed: RefObject<() => void>;
  wrap: boolean;
  follow: boolean;
  onFollow: (follow: boolean) => void;
  range: LineRange | null;
  onRange: (range: LineRange) => void;
}

/** Painting is the expensive part of following a fast log: 15 times a second is smooth enough. */
const FRAME_MS = 66;
/** Space beside the text, as in the styles. */
const PADDING_PX = 32;

/**
 * The visible part of a log, however long: only the rows on the screen are in the document, each as
 * high as LogLayout expects.
 */
export function LogView(props: Props) {
  const { store, follow, wrap, range } = props;
  const [, repaint] = useReducer<number, void>((count) => count + 1, 0);
  const scroller = useRef<HTMLDivElement>(null);
  const spacer = useRef<HTMLDivElement>(null);
  const block = useRef<HTMLDivElement>(null);
  const probe = useRef<HTMLSpanElement>(null);
  const layout = useMemo(() => new LogLayout(store), [store]);
  const state = useRef({ scrollTop: 0, widest: 0, rowsWhenReleased: 0, wantedLine: 0 }).current;
  const latest = useRef(props);
  latest.current = props;

  const rows = store.rowCount;
  if (state.wantedLine > 0 && layout.show(store.rowOfLine(state.wantedLine))) state.wantedLine = 0;
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
    let timer = 0;
    let last = 0;
    props.changed.current = () => {
      if (timer !== 0) return;
      const wait = Math.max(0, FRAME_MS - (performance.now() - last));
      timer = window.setTimeout(() => {
        timer = 0;
        last = performance.now();
        repaint();
      }, wait);
    };
    props.changed.current();
    return () => clearTimeout(timer);
  }, [store]);

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
    });
  }, [store]);

  useLayoutEffect(() => {
    const element = scroller.current;
    const characters = probe.current;
    if (!element || !characters) return;
    const measure = () => {
      const width = characters.getBoundingClientRect().width / 100 || 8;
      const gutter = block.current?.querySelector('.log-gutter')?.getBoundingClientRect().width ?? 56;
      const columns = Math.max(10, Math.floor((element.clientWidth - gutter - PADDING_PX) / width));
      layout.resize(element.clientHeight, wrap ? columns : 0);
      state.widest = 0;
      if (spacer.current) spacer.current.style.minWidth = '';
      repaint();
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [layout, wrap, digits]);

  useEffect(() => {
    if (!range) return;
    state.wantedLine = range.first;
    repaint();
  }, [range?.first, range?.last]);

  const visible = Array.from({ length: frame.end - frame.first }, (_, index) => frame.first + index);
  const fresh = rows - state.rowsWhenReleased;
  // Wide characters may make wrapped rows taller than computed: anchor the end at the end.
  const anchored = wrap && frame.atEnd && frame.first > 0;
  return (
    <div class="log-frame">
      <section
        class={`log-scroller log-digits-${Math.min(9, digits)} ${wrap ? 'log-wrap' : ''}`}
        ref={scroller}
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
