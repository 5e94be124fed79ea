// What pages are watched with: runs in the page, before anything else of it.

/** Gathers in `window.probe` what the browser tells about the page, and when what was seen on it. */
export function installProbes() {
  const probe = { paint: 0, shift: 0, longTasks: [], seen: {} };
  globalThis.probe = probe;
  const observe = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  observe('paint', ({ name, startTime }) => {
    if (name === 'first-contentful-paint') probe.paint = startTime;
  });
  // All of them, which is never less than the worst window of them.
  observe('layout-shift', ({ value, hadRecentInput }) => {
    if (!hadRecentInput) probe.shift += value;
  });
  observe('longtask', ({ startTime, duration }) => probe.longTasks.push({ startTime, duration }));

  /** Notes under `name` when the last of `selectors` was drawn, which are waited for one after the other. */
  probe.watch = (name, ...selectors) => {
    const check = () => {
      while (selectors.length > 0 && document.querySelector(selectors[0])) selectors.shift();
      if (selectors.length > 0) return false;
      requestAnimationFrame(() => setTimeout(() => (probe.seen[name] = performance.now())));
      return true;
    };
    if (check()) return;
    const observer = new MutationObserver(() => check() && observer.disconnect());
    observer.observe(document, { subtree: true, childList: true, attributes: true });
  };

  /** The lengths of the frames of the next `ms`. */
  probe.record = (ms) =>
    new Promise((resolve) => {
      const frames = [];
      let last = 0;
      let first = 0;
      const frame = (now) => {
        if (last > 0) frames.push(now - last);
        else first = now;
        last = now;
        if (now - first < ms) requestAnimationFrame(frame);
        else resolve(frames);
      };
      requestAnimationFrame(frame);
    });

  /** How long the page blocked beyond 50 ms at a time, between two moments. */
  probe.blocked = (from, to = Infinity) =>
    probe.longTasks
      .filter(({ startTime }) => startTime >= from && startTime < to)
      .reduce((sum, { duration }) => sum + duration - 50, 0);
}
