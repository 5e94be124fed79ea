import { createProject } from '../api/client';
import { REQUIRED } from '../api/faults';
import { Field, SubmitButton, useForm } from '../components/form';
import { useTitle } from '../components/title';
import { parseRepository } from '../repository';
import { navigate } from '../router';
import { paths } from '../routes';

/** Makes a project of a repository. */
export function NewProjectPage() {
  useTitle('New project');
  const form = useForm({
    initial: { repository: '' },
    check: ({ repository }) => {
      if (parseRepository(repository)) return {};
      return {
        repository: repository.trim() ? 'Write it like owner/name, or paste its address.' : REQUIRED,
      };
    },
    send: async ({ repository }) => {
      const project = await createProject(parseRepository(repository) ?? repository);
      navigate(paths.settings(project.id));
    },
  });
  const control = form.control('repository');
  return (
    <div class="narrow">
      <h1 class="page-title">New project</h1>
      <form class="form" noValidate {...form.element}>
        <Field
          // Whatever is wrong, this field is where to mend it.
          control={{ ...control, fault: control.fault ?? form.faults.form }}
          label="Repository"
          hint={
            <>
              <code>owner/name</code>, or its address on GitHub. You need admin rights to it, as Kozmic CI
              sets up a webhook there.
            </>
          }
        />
        <div class="form-end">
          <SubmitButton sending={form.sending} label="Create project" sendingLabel="Creating…" />
        </div>
      </form>
    </div>
  );
}
