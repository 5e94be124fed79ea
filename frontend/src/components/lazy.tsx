import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Notice } from './notice';

type PropsOf<C> = C extends ComponentType<infer P> ? P : never;

/**
 * A page that is not loaded before it is looked at. `load` answers its module, `name` says which of
 * what that exports is the page. A piece of a page has a `Meanwhile`, which is in its place until it
 * has been loaded, and if it cannot be, unless it is `required` for the page to be of any use.
 */
export function lazy<M, N extends keyof M, P extends PropsOf<M[N]> & object>(
  load: () => Promise<M>,
  name: N,
  Meanwhile?: ComponentType<P>,
  required = Meanwhile === undefined,
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
          loaded = (await load())[name] as ComponentType<P>;
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
    if (failed && required) return <Unloadable />;
    return Meanwhile ? <Meanwhile {...props} /> : <PageSkeleton />;
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
