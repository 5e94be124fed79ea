import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { connection } from '../live/client';
import { location } from '../router';
import { paths } from '../routes';
import { session } from '../state/session';
import { Mark } from './icons';
import { Toast } from './toast';
import { UserMenu } from './user_menu';

/** What surrounds every page: top bar, connection banner, footer. */
export function Shell(props: { mainRef: RefObject<HTMLElement>; children: ComponentChildren }) {
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => skip(event, props.mainRef)}>
        Skip to content
      </a>
      <header class="topbar">
        <a class="brand" href={paths.projects}>
          <Mark />
          <span class="brand-name">Kozmic CI</span>
        </a>
        {session.value.kind === 'in' && (
          <div class="topbar-end">
            <TopLink href={paths.projects} text="Projects" />
            <TopLink href={paths.repositories} text="New project" />
            <TopLink href={paths.docs} text="Docs" />
            <UserMenu me={session.value.me} />
          </div>
        )}
      </header>
      <ConnectionBanner />
      <main id="main" class="page" ref={props.mainRef} tabIndex={-1}>
        {props.children}
      </main>
      <Toast />
      <footer class="footer">Kozmic CI {__VERSION__}</footer>
    </>
  );
}

function TopLink({ href, text }: { href: string; text: string }) {
  return (
    <a class="topbar-link" href={href} aria-current={location.value.path === href ? 'page' : undefined}>
      {text}
    </a>
  );
}

function skip(event: MouseEvent, main: RefObject<HTMLElement>): void {
  event.preventDefault();
  main.current?.focus();
}

/** A hiccup that heals at once is nobody's business. */
const PATIENCE_MS = 1_500;

export function ConnectionBanner() {
  const [visible, setVisible] = useState(false);
  const retrying = connection.value === 'retrying';
  useEffect(() => {
    if (!retrying) {
      setVisible(false);
      return;
    }
    const timer = setTimeout(() => setVisible(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [retrying]);
  return (
    <output class={`banner ${visible ? '' : 'banner-hidden'}`} data-testid="connection">
      {visible && 'Reconnecting… What you see may be a little old.'}
    </output>
  );
}
