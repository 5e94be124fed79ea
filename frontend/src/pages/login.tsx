import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { GitHubIcon, Mark } from '../components/icons';
import { useTitle } from '../components/title';
import { navigate } from '../router';
import { isLocalPath, paths } from '../routes';
import { session } from '../state/session';

/** What each permission is asked for. */
const PURPOSES: Record<string, string> = {
  repo: 'With it Kozmic CI lists your repositories, sets up their webhooks and deploy keys, and tells GitHub how a build went.',
  'read:org': 'With it Kozmic CI learns which organisations and teams you belong to, and so what you may see.',
  'user:email': 'With it Kozmic CI learns where to send you notifications.',
};

/** What happened, and what to do about it. */
function explain(code: string, scope: string): { title: string; text: ComponentChildren } {
  switch (code) {
    case 'denied':
      return {
        title: 'You were not signed in',
        text: 'On GitHub you chose not to give Kozmic CI access. Nothing was changed. To sign in, try again and choose “Authorize”.',
      };
    case 'expired':
      return {
        title: 'That sign-in has expired',
        text: 'It took too long, was used already, or was begun in another browser. Begin a new one here.',
      };
    case 'scope':
      return {
        title: 'A permission is missing',
        text: (
          <>
            GitHub did not grant {scope ? <code>{scope}</code> : 'all that was asked for'}.{' '}
            {PURPOSES[scope] ?? 'Kozmic CI cannot work for you without it.'} Try again and grant it; if
            your organisation restricts applications, one of its owners has to approve Kozmic CI.
          </>
        ),
      };
    case 'github':
      return {
        title: 'GitHub refused the sign-in',
        text: 'It did not accept its own answer to us. Try again; if that keeps happening, the administrator of this server should check its OAuth app on GitHub.',
      };
    case 'unavailable':
      return {
        title: 'Signing in is not possible right now',
        text: 'GitHub, or a part of Kozmic CI, does not answer. Try again in a minute.',
      };
    default:
      return { title: 'You were not signed in', text: 'Something went wrong. Please try again.' };
  }
}

export function LoginPage({ query }: { query: URLSearchParams }) {
  useTitle('Sign in');
  const wanted = query.get('next') ?? '';
  const next = isLocalPath(wanted) && !wanted.startsWith('/login') ? wanted : paths.home;
  const code = query.get('error');
  const scope = /^[\w:]{1,40}$/.exec(query.get('scope') ?? '')?.[0] ?? '';
  const problem = code ? explain(code, scope) : null;
  const signedIn = session.value.kind === 'in';

  useEffect(() => {
    // Who renews what GitHub grants is signed in all the while, and has to hear of a failure.
    if (signedIn && !code) navigate(next, { replace: true });
  }, [signedIn, next, code]);

  return (
    <main class="login">
      <div class="login-card">
        <Mark />
        <h1>Kozmic CI</h1>
        <p class="muted">Your scripts, in clean containers, on every push.</p>
        {problem && (
          <div class="problem" role="alert" data-testid="login-error" data-error={code}>
            <strong>{problem.title}</strong>
            <p>{problem.text}</p>
          </div>
        )}
        <a
          class="button button-primary button-large"
          href={paths.signIn(next)}
          data-testid="sign-in"
        >
          <GitHubIcon />
          {problem ? 'Try again with GitHub' : 'Sign in with GitHub'}
        </a>
        {signedIn ? (
          <a href={next}>Go on as you are</a>
        ) : (
          <p class="small muted">You see the projects that you can see on GitHub.</p>
        )}
      </div>
      <p class="footer">Kozmic CI {__VERSION__}</p>
    </main>
  );
}
