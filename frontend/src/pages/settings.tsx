import type { ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { getProject } from '../api/projects';
import type { Project, Role } from '../api/types';
import { lazy } from '../components/lazy';
import { Problem } from '../components/notice';
import { ProjectNav } from '../components/project_nav';
import { RoleNeeded } from '../components/role_needed';
import { Loading } from '../components/section';
import { useTitle } from '../components/title';
import { atLeast } from '../roles';
import { paths, type Section } from '../routes';
import { useResource } from '../state/resource';
import { BadgeSection } from './settings/badge';
import { DangerSection } from './settings/danger';
import { DeployKeySection } from './settings/deploy_key';
import { HooksSection } from './settings/hooks';
import { MembersSection } from './settings/members';

const BuildsSection = lazy(
  () => import('./settings/builds'),
  'BuildsSection',
  () => <BodySkeleton title="Builds" />,
);
const SecretsSection = lazy(
  () => import('./settings/secrets'),
  'SecretsSection',
  () => <BodySkeleton title="Secrets" />,
);
const RegistriesSection = lazy(
  () => import('./settings/registries'),
  'RegistriesSection',
  () => <BodySkeleton title="Registries" />,
);
const NotificationsSection = lazy(
  () => import('./settings/notifications'),
  'NotificationsSection',
  () => <BodySkeleton title="Notifications" />,
);

const HistorySection = lazy(
  () => import('./settings/history'),
  'HistorySection',
  () => <BodySkeleton title="History" />,
);
const FileSection = lazy(
  () => import('./settings/settings_file'),
  'FileSection',
  () => <BodySkeleton title="As a file" />,
);

interface Part {
  section: Section;
  title: string;
  /** Who may see it. */
  role: Role;
  View: ComponentType<{ project: Project }>;
}

/** In the order in which they are shown. */
const PARTS: readonly Part[] = [
  { section: 'hooks', title: 'Hooks', role: 'member', View: HooksSection },
  { section: 'builds', title: 'Builds', role: 'manager', View: BuildsSection },
  { section: 'secrets', title: 'Secrets', role: 'manager', View: SecretsSection },
  { section: 'registries', title: 'Registries', role: 'manager', View: RegistriesSection },
  {
    section: 'notifications',
    title: 'Notifications',
    role: 'manager',
    View: NotificationsSection,
  },
  { section: 'deploy-key', title: 'Deploy key', role: 'manager', View: DeployKeySection },
  { section: 'members', title: 'Members', role: 'member', View: MembersSection },
  { section: 'badge', title: 'Badge', role: 'member', View: BadgeSection },
  { section: 'history', title: 'History', role: 'manager', View: HistorySection },
  { section: 'file', title: 'As a file', role: 'manager', View: FileSection },
  { section: 'danger', title: 'Danger zone', role: 'owner', View: DangerSection },
];

/** A project's settings: one part at a time, and the way to the others. */
export function SettingsPage({ project: id, section }: { project: number; section: Section }) {
  const resource = useResource(`project ${id}`, (signal) => getProject(id, signal));
  const { value: project, error } = resource.value;
  const part = PARTS.find((known) => known.section === section);
  const nav = useRef<HTMLElement>(null);
  const loaded = project !== null;
  // On a narrow screen the parts are in a row that scrolls.
  useEffect(() => {
    const current = nav.current?.querySelector('[aria-current]');
    current?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [section, loaded]);
  const title = part?.title ?? 'Settings';
  useTitle(project ? `${title} · ${project.repository}` : title);

  if (!project && error) return <Problem what="Project" error={error} retry={resource.reload} />;
  return (
    <>
      <ProjectNav id={id} project={project} current="settings" />
      <h1 class="visually-hidden">Settings</h1>
      <div class="settings">
        <nav class="side" ref={nav} aria-label="Settings" aria-busy={!project}>
          {project
            ? PARTS.filter(({ role }) => atLeast(project.role, role)).map((known) => (
                <a
                  key={known.section}
                  class="side-link"
                  href={paths.settings(id, known.section)}
                  aria-current={known === part ? 'page' : undefined}
                >
                  {known.title}
                </a>
              ))
            : PARTS.map((known) => (
                <span key={known.section} class="side-link">
                  <span class="skeleton skeleton-side" />
                </span>
              ))}
        </nav>
        <div class="settings-body">
          {project && part ? <Body project={project} part={part} /> : <BodySkeleton title={title} />}
        </div>
      </div>
    </>
  );
}

function Body({ project, part }: { project: Project; part: Part }) {
  if (atLeast(project.role, part.role)) return <part.View project={project} />;
  return <RoleNeeded project={project} needed={part.role} />;
}

function BodySkeleton({ title }: { title: string }) {
  return (
    <>
      <div class="section-head">
        <div class="section-words">
          <h2 class="section-title">{title}</h2>
          <p>
            <span class="skeleton skeleton-title" />
          </p>
        </div>
      </div>
      <Loading what={title} error={null} retry={() => {}} />
    </>
  );
}
