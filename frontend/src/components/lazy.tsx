import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Notice } from './notice';

/**
 * A page that is not loaded before it is looked at. `load` answers its module, `name` says which of
 * what that exports is the page.
 */
export function lazy<P extends object, N extends string>(
  load: () => Promise<Record<N, ComponentType<P>>>,
  name: N,
): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [Page, setPage] = useState<ComponentType<P> | null>(() => loaded);
    const [failed, setFailed] = useState(false);

    useEffect(() => {
      if (Page) return;
      let gone = false;
      const arrive = async () => {
        try {
          loaded = (await load())[name];
          if (!gone) setPage(() => loaded);
        } catch {
          if (!gone) setFailed(true);
        }
      };
      void arrive();
      return () => {
        gone = true;
      };
    }, []);

    if (Page) return <Page {...props} />;
    return failed ? <Unloadable /> : <PageSkeleton />;
  };
}

/** An update of the server takes the old pages away; a browser asks but once for a module. */
function Unloadable() {
  return (
    <Notice title="This page could not be loaded" testId="unloadable">
      <p>Kozmic CI may have been updated, or the connection was lost. Loading it anew helps.</p>
      <p>
        <button type="button" class="button" onClick={() => window.location.reload()}>
          Reload
        </button>
      </p>
    </Notice>
  );
}

/** Something like a page, in its place. */
export function PageSkeleton() {
  return (
    <div class="page-skeleton" aria-busy="true">
      <span class="skeleton skeleton-title" />
      <span class="skeleton skeleton-block" />
    </div>
  );
}
