import { useEffect, useState } from 'preact/hooks';
import { getBadge, resetBadgeToken } from '../../api/settings';
import type { Badge, Project } from '../../api/types';
import { badgeForms } from '../../badge';
import { ConfirmButton } from '../../components/confirm_button';
import { CopyField } from '../../components/copy_field';
import { FieldLabel } from '../../components/form';
import { Loading, SectionHead } from '../../components/section';
import { atLeast } from '../../roles';
import { paths } from '../../routes';
import { useResource } from '../../state/resource';
import { say } from '../../state/toast';

/** A picture of a branch's newest build, for a README. */
export function BadgeSection({ project }: { project: Project }) {
  const { id } = project;
  const resource = useResource(`badge ${id}`, (signal) => getBadge(id, signal));
  const { value: badge, error } = resource.value;
  return (
    <>
      <SectionHead
        title="Badge"
        actions={
          badge &&
          badge.token !== null &&
          atLeast(project.role, 'manager') && (
            <ConfirmButton
              label="Reset token"
              testId="reset-badge"
              title="Reset the token?"
              confirm="Reset token"
              running="Resetting…"
              act={async () => {
                resource.value = { value: await resetBadgeToken(id), error: null };
              }}
              done={() => say('The badge has a new token.')}
            >
              <p>Badges that are shown with the old token will stop working until you paste them anew.</p>
            </ConfirmButton>
          )
        }
      >
        Shows how a branch's newest build went, in a README for example.
        {badge && badge.token !== null && (
          <>
            {' '}
            This project is private: whoever has the token in the address sees the badge, and nothing else.
          </>
        )}
      </SectionHead>
      {badge ? (
        <BadgePanel project={project} badge={badge} />
      ) : (
        <Loading what="Badge" error={error} retry={resource.reload} rows={4} />
      )}
    </>
  );
}

/** Whoever types a branch is not shown the badges of its beginnings. */
const SETTLED_MS = 300;

function BadgePanel({ project, badge }: { project: Project; badge: Badge }) {
  const [typed, setTyped] = useState(badge.default_branch);
  const [branch, setBranch] = useState(badge.default_branch);
  useEffect(() => {
    const timer = setTimeout(() => setBranch(typed.trim() || badge.default_branch), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [typed, badge.default_branch]);
  const forms = badgeForms(badge, branch, paths.latest(project.id));
  return (
    <div class="panel" data-testid="badge">
      <div class="field">
        <FieldLabel id="badge-branch" label="Branch" />
        <div class="badge-line">
          <input
            id="badge-branch"
            class="input mono"
            type="text"
            value={typed}
            autocapitalize="none"
            autocomplete="off"
            spellcheck={false}
            data-testid="badge-branch"
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
          <span class="badge-preview">
            <img
              key={forms.preview}
              src={forms.preview}
              alt={`Badge of the branch ${branch}`}
              data-testid="badge-preview"
            />
          </span>
        </div>
      </div>
      <CopyField label="Markdown" text={forms.markdown} testId="badge-markdown" />
      <CopyField label="HTML" text={forms.html} testId="badge-html" />
      <CopyField label="Address" text={forms.url} testId="badge-url" />
    </div>
  );
}
