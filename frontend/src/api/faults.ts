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
  github_unavailable: 'GitHub does not answer. Try again in a moment.',
};

/** Puts a refused change into words, beside the field that the answer names. */
export function faultsOf<F extends string>(error: unknown, fields: readonly F[]): Faults<F> {
  if (!(error instanceof ApiError)) return whole('Something went wrong here. Please try again.');
  const [, name, what = ''] = /^(\w+): (.+)$/s.exec(error.message) ?? [];
  const field = fields.find((known) => known === name);
  if (field) return { [field]: sentence(what) } as Faults<F>;
  return whole(WORDS[error.code] ?? sentence(error.message));
}

function whole<F extends string>(text: string): Faults<F> {
  return { form: text } as Faults<F>;
}

function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
