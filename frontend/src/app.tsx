import { useEffect, useRef } from 'preact/hooks';
import { Shell } from './components/shell';
import { BuildPage } from './pages/build';
import { HistoryPage } from './pages/history';
import { LoginPage } from './pages/login';
import { MissingPage } from './pages/missing';
import { NewProjectPage } from './pages/new_project';
import { ProjectsPage } from './pages/projects';
import { SettingsPage } from './pages/settings';
import { location, navigate } from './router';
import { match, paths, type Route } from './routes';
import { session } from './state/session';

/** The whole application: who is looking, where, and the page for it. */
export function App() {
  const { path, query } = location.value;
  const route = match(path);
  const signedOut = session.value.kind === 'out';
  const main = useRef<HTMLElement>(null);
  const shown = useRef(path);

  useEffect(() => {
    if (route.page === 'project') navigate(paths.latest(route.project), { replace: true });
    else if (signedOut && route.page !== 'login') {
      const next = path + window.location.search + window.location.hash;
      navigate(`/login/?next=${encodeURIComponent(next)}`, { replace: true });
    }
  }, [path, signedOut]);

  useEffect(() => {
    // Like a page load: the keyboard and the screen reader start at the new content.
    if (shown.current !== path) main.current?.focus({ preventScroll: true });
    shown.current = path;
  }, [path]);

  if (route.page === 'login') return <LoginPage query={query} />;
  if (signedOut) return null;
  return <Shell mainRef={main}>{pageOf(route, query)}</Shell>;
}

function pageOf(route: Route, query: URLSearchParams) {
  switch (route.page) {
    case 'projects':
      return <ProjectsPage />;
    case 'new-project':
      return <NewProjectPage />;
    case 'settings':
      return <SettingsPage key={route.project} project={route.project} />;
    case 'history':
      return <HistoryPage project={route.project} before={Number(query.get('before')) || null} />;
    case 'build':
      return <BuildPage project={route.project} build={route.build} job={route.job} />;
    case 'missing':
      return <MissingPage />;
    default:
      return null;
  }
}
