import { useEffect, useState } from 'preact/hooks';
import type { BuildFilter } from '../api/projects';
import { FILTER_STATUSES, isFiltered } from '../build_filter';
import { navigate } from '../router';
import { paths } from '../routes';
import { statusWord } from './status';

/** What of a project's history is shown; it is in the address. */
export function HistoryFilter({ project, filter }: { project: number; filter: BuildFilter }) {
  const [typed, setTyped] = useState(filter);
  // Back and Forward change it.
  useEffect(() => setTyped(filter), [filter.status, filter.branch, filter.author, filter.text]);
  const field = (name: 'branch' | 'author' | 'text', label: string) => (
    <input
      class="input"
      aria-label={label}
      placeholder={label}
      maxLength={100}
      autocomplete="off"
      autocapitalize="none"
      spellcheck={false}
      data-testid={`filter-${name}`}
      value={typed[name]}
      onInput={(event) => setTyped({ ...typed, [name]: event.currentTarget.value })}
    />
  );
  const choice = (label: string, status: BuildFilter['status']) => (
    <a
      key={label}
      class="choice"
      href={paths.history(project, null, { ...typed, status })}
      aria-current={filter.status === status ? 'true' : undefined}
    >
      {label}
    </a>
  );
  return (
    <search>
      <nav class="filters" aria-label="Show">
        {choice('All', null)}
        {FILTER_STATUSES.map((status) => choice(statusWord(status), status))}
      </nav>
      <form
        class="filter-form"
        onSubmit={(event) => {
          event.preventDefault();
          navigate(paths.history(project, null, typed));
        }}
      >
        {field('branch', 'Branch or tag')}
        {field('author', 'Author')}
        {field('text', 'Message, commit or number')}
        <button type="submit" class="button button-small" data-testid="filter">
          Find
        </button>
        {isFiltered(filter) && (
          <a class="button button-small" href={paths.history(project)} data-testid="filter-none">
            Show all
          </a>
        )}
      </form>
    </search>
  );
}
