import type { Project, Role } from '../api/types';
import { paths } from '../routes';
import { Notice } from './notice';

/** For who opens a page that is not for their role: why, and what makes it theirs. */
export function RoleNeeded({ project, needed }: { project: Project; needed: Role }) {
  return (
    <Notice
      title={needed === 'owner' ? 'This is for the owner only' : 'This is for managers only'}
      testId="role-needed"
    >
      <p>
        {needed === 'owner'
          ? `You are a ${project.role} of ${project.repository}. Its owner is who made this project here.`
          : `You are a member of ${project.repository}: you see its builds, hooks and members. Who may push to the repository on GitHub is a manager here, as of the next sync.`}
      </p>
      <p>
        <a class="button" href={paths.settings(project.id, 'members')}>
          See the members
        </a>
      </p>
    </Notice>
  );
}
