import { useEffect, useRef } from 'preact/hooks';

interface Reloadable {
  reload: () => void;
}

/** Loads something again whenever `stamp` changes. */
export function useReloadOn(resource: Reloadable, stamp: string | number): void {
  const known = useRef(stamp);
  useEffect(() => {
    if (known.current !== stamp) resource.reload();
    known.current = stamp;
  }, [stamp]);
}

/** Loads something again every `ms` while the page is seen, and when it is seen again. */
export function useReloadEvery(resource: Reloadable, ms: number): void {
  useEffect(() => {
    const reload = () => {
      if (document.visibilityState === 'visible') resource.reload();
    };
    const timer = setInterval(reload, ms);
    document.addEventListener('visibilitychange', reload);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', reload);
    };
  }, [ms]);
}
