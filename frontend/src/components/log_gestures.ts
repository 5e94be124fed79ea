/** What the reader does with the log, as opposed to what the page does by itself. */
export interface Gestures {
  /** Looks at something earlier. */
  up(): void;
  /** Wants the end, by the End key. */
  end(): void;
  scroll(): void;
  /** Clicked a line's number. */
  line(line: number, extend: boolean): void;
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
      const gutter = event.target instanceof Element ? event.target.closest('.log-gutter') : null;
      const line = Number(gutter?.parentElement?.dataset['line']);
      if (line > 0) gestures.line(line, event.shiftKey);
    },
    options,
  );
  return () => listeners.abort();
}
