import { useEffect, useRef } from 'preact/hooks';
import { lazy, PageSkeleton } from './components/lazy';
import { Shell } from './components/shell';
import { BuildPage } from './pages/build';
import { HomePage } from './pages/home';
import { MissingPage } from './pages/missing';
import { location, navigate } from './router';
import { match, paths, type Route } from './routes';
import { session } from './state/session';
import { unsaved } from './state/unsaved';

const LoginPage = lazy(() => import('./pages/login'), 'LoginPage');
const ProjectsPage = lazy(() => import('./pages/projects'), 'ProjectsPage');
const WallboardPage = lazy(() => import('./pages/wallboard'), 'WallboardPage');
const HistoryPage = lazy(() => import('./pages/history'), 'HistoryPage');
const DeliveriesPage = lazy(() => import('./pages/deliveries'), 'DeliveriesPage');
const SearchPage = lazy(() => import('./pages/search'), 'SearchPage');
const ComparePage = lazy(() => import('./pages/compare'), 'ComparePage');
const NewBuildPage = lazy(() => import('./pages/new_build'), 'NewBuildPage');
const RepositoriesPage = lazy(() => import('./pages/repositories'), 'RepositoriesPage');
const SettingsPage = lazy(() => import('./pages/settings'), 'SettingsPage');
const HookPage = lazy(() => import('./pages/hook'), 'HookPage');
const AccountPage = lazy(() => import('./pages/account'), 'AccountPage');
const RunnersPage = lazy(() => import('./pages/admin/runners'), 'RunnersPage');
const QueuePage = lazy(() => import('./pages/admin/queue'), 'QueuePage');
const DocsPage = lazy(() => import('./pages/docs'), 'DocsPage');

/** The whole application: who is looking, where, and the page for it. */
export function App() {
  const { path, query } = location.value;
  const route = match(path);
  // A page with something unsaved stays, so that signing in again elsewhere saves it.
  const signedOut = session.value.kind === 'out' && !unsaved.value;
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
  if (route.page === 'wallboard') return <WallboardPage />;
  return <Shell mainRef={main}>{pageOf(route, query)}</Shell>;
}

function pageOf(route: Route, query: URLSearchParams) {
  switch (route.page) {
    case 'home':
      return <HomePage />;
    case 'projects':
      return <ProjectsPage />;
    case 'repositories':
      return <RepositoriesPage />;
    case 'account':
      return <AccountPage />;
    case 'runners':
      return <RunnersPage query={query} />;
    case 'queue':
      return <QueuePage query={query} />;
    case 'docs':
      return <DocsPage />;
    case 'settings':
      return <SettingsPage key={route.project} project={route.project} section={route.section} />;
    case 'hook':
      return <HookPage key={route.hook} project={route.project} hook={route.hook} />;
    case 'history':
      return <HistoryPage project={route.project} query={query} />;
    case 'deliveries':
      return <DeliveriesPage project={route.project} query={query} />;
    case 'search':
      return <SearchPage key={route.project} project={route.project} query={query} />;
    case 'new-build':
      return <NewBuildPage key={route.project} project={route.project} />;
    case 'compare':
      return (
        <ComparePage
          key={`${route.build}/${route.job}`}
          project={route.project}
          build={route.build}
          job={route.job}
          attempt={Number(query.get('attempt')) || null}
        />
      );
    case 'build':
      return (
        <BuildPage
          project={route.project}
          build={route.build}
          job={route.job}
          attempt={Number(query.get('attempt')) || null}
        />
      );
    case 'missing':
      return <MissingPage />;
    default:
      return <PageSkeleton />;
  }
}
