/** Time and chance as the browser provides them. */
export const browserTimers = {
  now: () => performance.now(),
  after(ms: number, then: () => void): () => void {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
