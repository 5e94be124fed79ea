import { useEffect } from 'preact/hooks';
import { listProjects } from '../api/projects';
import { PageSkeleton } from '../components/lazy';
import { Problem } from '../components/notice';
import { useTitle } from '../components/title';
import { navigate } from '../router';
import { paths } from '../routes';
import { useResource } from '../state/resource';

/** Where one starts: at the project built last, or where a first one is made. */
export function HomePage() {
  useTitle('');
  const resource = useResource('home', listProjects);
  const { value: projects, error } = resource.value;

  useEffect(() => {
    if (!projects) return;
    const first = projects[0];
    navigate(first ? paths.latest(first.id) : paths.repositories, { replace: true });
  }, [projects]);

  if (!projects && error) return <Problem what="Page" error={error} retry={resource.reload} />;
  return <PageSkeleton />;
}
