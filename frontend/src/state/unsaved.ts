import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** True while the page holds something typed that would be lost by leaving it. */
export const unsaved = signal(false);

/** Says so for as long as `dirty` holds; the browser then asks before the window is closed. */
export function useUnsaved(dirty: boolean): void {
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    unsaved.value = true;
    return () => {
      window.removeEventListener('beforeunload', ask);
      unsaved.value = false;
    };
  }, [dirty]);
}
