import { useEffect, useRef, useState } from 'preact/hooks';
import { signOut } from '../api/client';
import type { Me } from '../api/types';
import { paths } from '../routes';
import { Avatar } from './avatar';

/** The signed-in person's picture, and behind it what they can do about their session. */
export function UserMenu({ me: { user, admin } }: { me: Me }) {
  const [open, setOpen] = useState(false);
  const [problem, setProblem] = useState('');
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return;
    const onPointer = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener('pointerdown', onPointer);
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('pointerdown', onPointer);
      document.removeEventListener('keydown', onKey);
    };
  }, [open]);

  async function leave() {
    try {
      await signOut();
      // A full load, so that nothing of this session stays in memory.
      window.location.assign('/login/');
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'Signing out failed.');
    }
  }

  return (
    <div class="menu" ref={root}>
      <button
        ref={button}
        type="button"
        class="menu-button"
        aria-expanded={open}
        aria-label={`Account menu of ${user.login}`}
        onClick={() => setOpen(!open)}
      >
        <Avatar name={user.login} url={user.avatar_url} size={28} />
      </button>
      {open && (
        <div class="menu-panel">
          <p class="menu-name">
            <strong>{user.name || user.login}</strong>
            <span class="muted">{user.login}</span>
          </p>
          {problem && (
            <p class="problem" role="alert">
              {problem}
            </p>
          )}
          <a class="menu-item" href={paths.account} onClick={() => setOpen(false)}>
            Account settings
          </a>
          <a class="menu-item" href={paths.wallboard} onClick={() => setOpen(false)}>
            Wallboard
          </a>
          {admin && (
            <a class="menu-item" href={paths.runners()} onClick={() => setOpen(false)} data-testid="administration">
              Runners and queue
            </a>
          )}
          <button type="button" class="menu-item" data-testid="sign-out" onClick={leave}>
            Sign out
          </button>
        </div>
      )}
    </div>
  );
}
