import type { ComponentChildren } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { createProject, listRepositories } from '../api/repositories';
import { ApiError } from '../api/errors';
import { REQUIRED, wordsOf } from '../api/faults';
import type { Repository } from '../api/types';
import { SignInAgain } from '../components/action';
import { Avatar } from '../components/avatar';
import { Block } from '../components/block';
import { Field, FormTrouble, SubmitButton, useForm } from '../components/form';
import { ChevronIcon, LockIcon, SearchIcon } from '../components/icons';
import { Problem } from '../components/notice';
import { Empty, Loading } from '../components/section';
import { SyncPanel } from '../components/sync_panel';
import { useTitle } from '../components/title';
import { formatNumber } from '../format';
import { parseRepository } from '../repository';
import { blocksOf, type Group, RepositoryList } from '../repository_list';
import { navigate } from '../router';
import { paths } from '../routes';
import { useResource } from '../state/resource';
import { say } from '../state/toast';

/** What one may make a project of, by owner, and how to have that list renewed. */
export function RepositoriesPage() {
  useTitle('New project');
  const resource = useResource('repositories', listRepositories);
  const { value, error } = resource.value;
  const list = useMemo(() => value && new RepositoryList(value.owners), [value]);
  const [filter, setFilter] = useState('');
  const groups = useMemo(() => list?.find(filter) ?? [], [list, filter]);
  const creating = useCreating();

  if (!value && error) return <Problem what="Page" error={error} retry={resource.reload} />;
  const shown = groups.reduce((sum, { repositories }) => sum + repositories.length, 0);
  return (
    <>
      <h1 class="page-title page-title-tight">New project</h1>
      <p class="muted page-words">
        Your repositories, and those of your organisations, to which you have admin rights on GitHub.
        Those that have a project already are left out.
      </p>
      <SyncPanel sync={value?.sync ?? null} label="Sync with GitHub" changed={resource.reload} />
      {list && list.size > 0 && (
        <div class="filter">
          <SearchIcon />
          <input
            class="input"
            type="search"
            aria-label="Filter repositories"
            placeholder="Filter by name or description"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            value={filter}
            data-testid="filter"
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
          <output class="small muted filter-count" data-testid="filter-count">
            {filter.trim() === ''
              ? formatNumber(list.size)
              : `${formatNumber(shown)} of ${formatNumber(list.size)}`}
          </output>
        </div>
      )}
      {!value && <Loading what="Repositories" error={null} retry={() => {}} rows={8} />}
      {value && list?.size === 0 && <Nothing state={value.sync.state} />}
      {list && list.size > 0 && shown === 0 && (
        <Empty testId="nothing-found">
          <p>
            No repository has <strong class="anywhere">“{filter.trim()}”</strong> in its name or description.
          </p>
          <p>
            <button type="button" class="button" onClick={() => setFilter('')}>
              Show all
            </button>
          </p>
        </Empty>
      )}
      {groups.map((group) => (
        <OwnerGroup key={group.owner.login} group={group} creating={creating} />
      ))}
      {value && <ByName open={list?.size === 0} />}
    </>
  );
}

/** Why the list is empty, and what helps. */
function Nothing({ state }: { state: string }) {
  const words: Record<string, ComponentChildren> = {
    never: 'GitHub has not been asked for your repositories yet. “Sync with GitHub” does so.',
    running: 'GitHub is being asked for your repositories. They are shown here as soon as all are known.',
    failed: 'GitHub could not be asked for your repositories. Try to sync again.',
  };
  return (
    <Empty testId="no-repositories">
      <p>
        <strong>{state === 'done' ? 'Nothing left to make a project of.' : 'No repositories yet.'}</strong>
      </p>
      <p class="muted">
        {words[state] ??
          'Every repository to which you have admin rights has a project. If one is missing, sync with GitHub; an organisation may also have to approve Kozmic CI first.'}
      </p>
      {state === 'done' && (
        <p>
          <a class="button" href={paths.projects}>
            All projects
          </a>
        </p>
      )}
    </Empty>
  );
}

interface Creating {
  /** The full name of the repository whose project is being made, or "". */
  running: string;
  /** What did not work, and for which repository. */
  failed: { name: string; error: unknown } | null;
  create: (repository: Repository) => void;
}

/** Makes one project at a time, and goes to its settings. */
function useCreating(): Creating {
  const busy = useRef(false);
  const [running, setRunning] = useState('');
  const [failed, setFailed] = useState<Creating['failed']>(null);
  const attempt = async (name: string) => {
    busy.current = true;
    setRunning(name);
    setFailed(null);
    try {
      goToSettings(await createProject(name));
    } catch (error) {
      setFailed({ name, error });
    } finally {
      busy.current = false;
      setRunning('');
    }
  };
  return {
    running,
    failed,
    create: ({ full_name: name }) => {
      if (!busy.current) void attempt(name);
    },
  };
}

function goToSettings(project: { id: number; repository: string }): void {
  say(`${project.repository} is a project now.`);
  navigate(paths.settings(project.id));
}

/** Of one row, as long as nothing in it is wrong: see `.repository`. */
const ROW_PX = 64;
const ROWS_A_BLOCK = 40;

function OwnerGroup({ group, creating }: { group: Group; creating: Creating }) {
  const { owner, repositories } = group;
  const [open, setOpen] = useState(true);
  const blocks = useMemo(() => blocksOf(repositories, ROWS_A_BLOCK), [repositories]);
  const id = `owner-${owner.login}`;
  return (
    <section class="owner" aria-labelledby={id} data-testid="owner" data-owner={owner.login}>
      <h2 class="owner-head">
        <button
          type="button"
          class="owner-button"
          id={id}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <ChevronIcon className={open ? 'chevron-open' : ''} />
          <Avatar name={owner.login} url={owner.avatar_url} size={20} />
          <span class="ellipsis">{owner.login}</span>
          {owner.organization && <span class="tag wide-only">Organisation</span>}
          <span class="count">{formatNumber(repositories.length)}</span>
        </button>
      </h2>
      {open && (
        <div class="rows">
          {blocks.map((block) => (
            <Block key={block[0]?.id} height={block.length * ROW_PX}>
              {() =>
                block.map((repository) => (
                  <RepositoryRow key={repository.id} repository={repository} creating={creating} />
                ))
              }
            </Block>
          ))}
        </div>
      )}
    </section>
  );
}

function RepositoryRow({ repository, creating }: { repository: Repository; creating: Creating }) {
  const { full_name: fullName, name, description } = repository;
  const busy = creating.running === fullName;
  const failed = creating.failed?.name === fullName ? creating.failed : null;
  return (
    <li class="repository" data-testid="repository-row" data-repository={fullName}>
      <div class="repository-line">
        <div class="row-main">
          <span class="row-title">
            <a class="ellipsis" href={repository.url} rel="noreferrer" title={`${fullName} on GitHub`}>
              {name}
            </a>
            {repository.private && (
              <span class="lock" title="Private">
                <LockIcon />
                <span class="visually-hidden">(private)</span>
              </span>
            )}
          </span>
          <span class="small muted ellipsis" title={description ?? ''}>
            {description || 'No description'}
          </span>
        </div>
        <button
          type="button"
          class="button button-small"
          aria-disabled={creating.running !== ''}
          aria-label={`Create project of ${fullName}`}
          data-testid="create-project"
          onClick={() => creating.create(repository)}
        >
          {busy ? (
            'Creating…'
          ) : (
            <span>
              Create<span class="wide-only"> project</span>
            </span>
          )}
        </button>
      </div>
      {failed && (
        <p class="problem" role="alert" data-testid="create-failed">
          {leadOf(failed.error)} {wordsOf(failed.error)}
          {failed.error instanceof ApiError && failed.error.isAboutGithub && <SignInAgain />}
        </p>
      )}
    </li>
  );
}

function leadOf(error: unknown): string {
  const later = !(error instanceof ApiError) || error.isTemporary;
  return `Sorry, failed to create a project.${later ? ' Please try again later.' : ''}`;
}

/** For a repository that is not in the list. */
function ByName({ open }: { open: boolean }) {
  const form = useForm({
    initial: { repository: '' },
    check: ({ repository }) => {
      if (parseRepository(repository)) return {};
      return {
        repository: repository.trim() ? 'Write it like owner/name, or paste its address.' : REQUIRED,
      };
    },
    send: async ({ repository }) => goToSettings(await createProject(parseRepository(repository) ?? '')),
  });
  return (
    <details class="by-name" open={open} data-testid="by-name">
      <summary>Not in the list?</summary>
      <form class="form" noValidate onSubmit={form.onSubmit}>
        <Field
          control={form.control('repository')}
          label="Repository"
          hint={
            <>
              <code>owner/name</code>, or its address on GitHub. You need admin rights to it, as Kozmic CI
              sets up a webhook there.
            </>
          }
        />
        <FormTrouble form={form} />
        <div class="form-end">
          <SubmitButton
            sending={form.sending}
            label="Create project"
            sendingLabel="Creating…"
            testId="create-by-name"
          />
        </div>
      </form>
    </details>
  );
}
