import { syncMembers, getMembers } from '../../api/settings';
import type { Member, Project } from '../../api/types';
import { ActionButton, Trouble, useAction } from '../../components/action';
import { Avatar } from '../../components/avatar';
import { AlertIcon } from '../../components/icons';
import { Empty, Loading, SectionHead } from '../../components/section';
import { RelativeTime } from '../../components/time';
import { plural } from '../../format';
import { atLeast } from '../../roles';
import { useResource } from '../../state/resource';
import { say } from '../../state/toast';

/** Who may see the project, and what they may do, as GitHub says. */
export function MembersSection({ project }: { project: Project }) {
  const { id } = project;
  const resource = useResource(`members ${id}`, (signal) => getMembers(id, signal));
  const { value, error } = resource.value;
  const sync = useAction(async () => {
    const synced = await syncMembers(id);
    resource.value = { value: synced, error: null };
    if (synced.sync_error === '') say(`Synchronised: ${plural(synced.members.length, 'member')}.`);
  });
  return (
    <>
      <SectionHead
        title="Members"
        actions={
          atLeast(project.role, 'manager') && (
            <ActionButton
              action={sync}
              label="Sync members with GitHub"
              runningLabel="Asking GitHub…"
              testId="sync-members"
            />
          )
        }
      >
        Who has access to the repository on GitHub, and has signed in here. Managers, who may push there,
        change the settings; the owner may also delete the project.
      </SectionHead>
      <p class="small muted synced" data-testid="members-synced">
        Last synchronised{value && !value.synced_at && ': never'}{' '}
        {value?.synced_at && <RelativeTime time={value.synced_at} />}
      </p>
      {value && value.sync_error !== '' && (
        <p class="warning warning-box" role="alert" data-testid="sync-warning">
          <AlertIcon />
          <span>
            The last sync with GitHub did not work, so this list may be old. {value.sync_error}
          </span>
        </p>
      )}
      <Trouble error={sync.error} lead="Nothing has changed. " />
      {!value && <Loading what="Members" error={error} retry={resource.reload} />}
      {value?.members.length === 0 && (
        <Empty>
          <p class="muted">GitHub tells of nobody who has signed in here.</p>
        </Empty>
      )}
      {value && value.members.length > 0 && (
        <ul class="rows">
          {value.members.map((member) => (
            <MemberRow key={member.user.id} member={member} />
          ))}
        </ul>
      )}
    </>
  );
}

function MemberRow({ member: { user, role } }: { member: Member }) {
  return (
    <li class="row row-tight" data-testid="member-row" data-login={user.login} data-role={role}>
      <Avatar name={user.login} url={user.avatar_url} size={28} />
      <span class="row-main">
        <span class="row-title">
          <span class="anywhere">{user.login}</span>
          {role !== 'member' && <span class="muted">({role})</span>}
        </span>
        {user.name !== '' && user.name !== user.login && (
          <span class="small muted anywhere">{user.name}</span>
        )}
      </span>
    </li>
  );
}
