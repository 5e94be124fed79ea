import { deleteProject } from '../../api/settings';
import type { Project } from '../../api/types';
import { Field, FormTrouble, SubmitButton, useForm } from '../../components/form';
import { SectionHead } from '../../components/section';
import { navigate } from '../../router';
import { paths } from '../../routes';
import { say } from '../../state/toast';

/** What cannot be undone. */
export function DangerSection({ project }: { project: Project }) {
  const { repository } = project;
  const form = useForm({
    initial: { repository: '' },
    check: (values) =>
      values.repository.trim() === repository
        ? {}
        : { repository: `To delete this project, type its full name: ${repository}` },
    send: async (values) => {
      await deleteProject(project.id, values.repository.trim());
      say(`${repository} has been deleted.`);
      navigate(paths.home);
    },
  });
  return (
    <>
      <SectionHead title="Danger zone" />
      <form class="form form-danger" noValidate data-testid="delete-form" onSubmit={form.onSubmit}>
        <h3 class="form-title">Delete this project</h3>
        <p>
          Its builds, logs, hooks and secrets are gone for good, for everyone. Running jobs are stopped. Its
          webhooks and deploy key are removed from GitHub; the repository itself stays as it is.
        </p>
        <Field
          control={form.control('repository')}
          class="mono"
          label="Full name of the repository"
          hint={
            <>
              Type <code class="anywhere">{repository}</code> to show that you mean it.
            </>
          }
        />
        <FormTrouble form={form} />
        <div class="form-end">
          <SubmitButton
            sending={form.sending}
            class="button-danger-fill button-large"
            label="Delete this project"
            sendingLabel="Deleting…"
            testId="delete-project"
          />
        </div>
      </form>
    </>
  );
}
