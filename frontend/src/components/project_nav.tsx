import type { ComponentChildren } from 'preact';
import type { Project } from '../api/types';
import { atLeast } from '../roles';
import { location } from '../router';
import { paths } from '../routes';
import { LockIcon } from './icons';

/** Where in a project the reader is. */
export function ProjectNav(props: {
  id: number;
  project: Project | null;
  current: 'latest' | 'history' | 'search' | 'deliveries' | 'settings' | 'here' | number;
  /** Of the page that a tab of its own stands for, which is `here`. */
  title?: string;
  /** Shown at the end of the tabs. */
  children?: ComponentChildren;
}) {
  const { id, project, current } = props;
  const tab = (name: ComponentChildren, href: string, active: boolean) => (
    <a class="tab" href={href} aria-current={active ? 'page' : undefined}>
      {name}
    </a>
  );
  return (
    <nav class="project-nav" aria-label="Project">
      <div class="crumbs">
        <a href={paths.projects}>Projects</a>
        <span aria-hidden="true">/</span>
        {project ? (
          <a class="crumb-name" href={project.url} rel="noreferrer" title="Open on GitHub">
            {project.repository}
            {project.private && <LockIcon />}
          </a>
        ) : (
          <span class="skeleton skeleton-name" />
        )}
      </div>
      <div class="tabs">
        {tab(
          <>
            Latest<span class="wide-only"> build</span>
          </>,
          paths.latest(id),
          current === 'latest',
        )}
        {tab('History', paths.history(id), current === 'history')}
        {tab('Search', paths.search(id), current === 'search')}
        {tab('Deliveries', paths.deliveries(id), current === 'deliveries')}
        {tab('Settings', paths.settings(id), current === 'settings')}
        {typeof current === 'number' && tab(`Build #${current}`, paths.build(id, current), true)}
        {current === 'here' && tab(props.title ?? '', location.value.path, true)}
        {props.children}
      </div>
      {project && atLeast(project.role, 'manager') && (
        <a class="button button-small" href={paths.newBuild(id)} data-testid="build-now">
          Build now
        </a>
      )}
    </nav>
  );
}
