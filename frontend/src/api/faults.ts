import { ApiError } from './errors';

/** What is wrong with which field of a form, in words; `form` is about the whole of it. */
export type Faults<F extends string> = { [K in F | 'form']?: string };

export const REQUIRED = 'This field is required.';

/** Where the page can say more than the service. */
const WORDS: Record<string, string> = {
  repository_not_found:
    'GitHub shows you no such repository. Check the name; if it belongs to an organisation, that may have to approve Kozmic CI first.',
  admin_needed: 'You need admin rights to this repository on GitHub.',
  project_exists: 'This repository has a project already.',
  sign_in_needed: 'GitHub no longer accepts the access that you gave Kozmic CI.',
  permission_denied: 'Your role in this project does not allow that.',
  ref_not_found: 'GitHub knows no such branch, tag or commit.',
  no_hooks: 'No hook is enabled, so there is nothing to run.',
  hook_gone: 'Its hook was deleted or is disabled, so there is nothing to run.',
  not_running: 'It has ended already.',
  not_finished: 'There is nothing to restart: it has not ended yet.',
  not_waiting: 'It does not wait for approval any more.',
  commit_differs: 'This build is of another commit than you looked at. Reload the page.',
};

/** The field of a form that a refusal is about, where the answer does not name it. */
const FIELDS: Record<string, string> = { ref_not_found: 'ref' };

/** An error in a sentence for people, which says what to do where that is known. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Something went wrong here. Please try again.';
  return WORDS[error.code] ?? sentence(error.message);
}

/** Puts a refused change into words, beside the field that the answer names. */
export function faultsOf<F extends string>(error: unknown, fields: readonly F[]): Faults<F> {
  if (!(error instanceof ApiError)) return { form: wordsOf(error) } as Faults<F>;
  const [, prefix = '', rest = ''] = /^(\w+): (.+)$/s.exec(error.message) ?? [];
  const field = fields.find((known) => known === (error.field || FIELDS[error.code] || prefix));
  if (!field) return { form: wordsOf(error) } as Faults<F>;
  const words = WORDS[error.code] ?? sentence(prefix === field ? rest : error.message);
  return { [field]: words } as Faults<F>;
}

function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
