/** What the reader does with the log, as opposed to what the page does by itself. */
export interface Gestures {
  /** Looks at something earlier. */
  up(): void;
  /** Wants the end, by the End key. */
  end(): void;
  scroll(): void;
  /** Clicked a line's number. */
  line(line: number, extend: boolean): void;
  /** Folds or unfolds a group. */
  fold(group: number): void;
}

const UP_KEYS = new Set(['ArrowUp', 'PageUp', 'Home']);

/**
 * Listens to a scrolled log. Intent is taken from the reader's own events, because a scroll
 * position sampled between two paints may be one that we set. The answer undoes it.
 */
export function listen(element: HTMLElement, gestures: Gestures): () => void {
  const listeners = new AbortController();
  const options = { passive: true, signal: listeners.signal };
  let touchY = 0;

  element.addEventListener('scroll', () => gestures.scroll(), options);
  element.addEventListener('wheel', (event) => event.deltaY < 0 && gestures.up(), options);
  element.addEventListener(
    'touchstart',
    (event) => {
      touchY = event.touches[0]?.clientY ?? 0;
    },
    options,
  );
  element.addEventListener(
    'touchmove',
    (event) => (event.touches[0]?.clientY ?? 0) > touchY + 4 && gestures.up(),
    options,
  );
  element.addEventListener(
    'keydown',
    (event) => {
      if (UP_KEYS.has(event.key)) gestures.up();
      else if (event.key === 'End') gestures.end();
    },
    options,
  );
  element.addEventListener(
    'click',
    (event) => {
      const target = event.target instanceof Element ? event.target : null;
      const fold = target?.closest<HTMLElement>('.log-fold');
      if (fold) gestures.fold(Number(fold.dataset['group']));
      const gutter = fold ? null : target?.closest('.log-gutter');
      const line = Number(gutter?.parentElement?.dataset['line']);
      if (line > 0) gestures.line(line, event.shiftKey);
    },
    options,
  );
  return () => listeners.abort();
}
