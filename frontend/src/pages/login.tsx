import { useEffect } from 'preact/hooks';
import { GitHubIcon, Mark } from '../components/icons';
import { useTitle } from '../components/title';
import { navigate } from '../router';
import { isLocalPath, paths } from '../routes';
import { session } from '../state/session';

const MESSAGES: Record<string, string> = {
  denied: 'GitHub was told not to let Kozmic CI sign you in. Nothing was changed; you can try again.',
  expired: 'That sign-in took too long, or it was begun in another browser. Please try again.',
  github: 'GitHub did not answer as expected. Please try again in a moment.',
};

export function LoginPage({ query }: { query: URLSearchParams }) {
  useTitle('Sign in');
  const wanted = query.get('next') ?? '';
  const next = isLocalPath(wanted) && !wanted.startsWith('/login') ? wanted : paths.projects;
  const code = query.get('error');
  const signedIn = session.value.kind === 'in';

  useEffect(() => {
    if (signedIn) navigate(next, { replace: true });
  }, [signedIn, next]);

  return (
    <main class="login">
      <div class="login-card">
        <Mark />
        <h1>Kozmic CI</h1>
        <p class="muted">Your scripts, in clean containers, on every push.</p>
        {code && (
          <p class="problem" role="alert" data-testid="login-error">
            {MESSAGES[code] ?? 'Signing in did not work. Please try again.'}
          </p>
        )}
        <a
          class="button button-primary"
          href={`/_auth/?next=${encodeURIComponent(next)}`}
          data-testid="sign-in"
        >
          <GitHubIcon />
          Sign in with GitHub
        </a>
        <p class="small muted">You see the projects that you can see on GitHub.</p>
      </div>
      <p class="footer">Kozmic CI {__VERSION__}</p>
    </main>
  );
}
