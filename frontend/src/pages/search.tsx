import { useEffect, useState } from 'preact/hooks';
import type { FoundLine, LogPlace } from '../api/log_search';
import { getBuild, getProject } from '../api/projects';
import type { Build } from '../api/types';
import { Trouble } from '../components/action';
import { AlertIcon, SearchIcon } from '../components/icons';
import { Problem } from '../components/notice';
import { ProjectNav } from '../components/project_nav';
import { Empty } from '../components/section';
import { useTitle } from '../components/title';
import { firstLine, formatNumber, plural } from '../format';
import { type FoundBuild, groupFound } from '../found_lines';
import { formatRange } from '../log/range';
import type { Query } from '../log/pattern';
import { navigate } from '../router';
import { paths } from '../routes';
import { type LogSearch, useLogSearch } from '../state/log_search';
import { useResource } from '../state/resource';
import '../styles/search.css';

const UNREADABLE_SHOWN = 5;

/** Looks for something in the logs of all builds of a project. What is looked for is in the address. */
export function SearchPage({ project: id, query: parameters }: { project: number; query: URLSearchParams }) {
  const query: Query = {
    text: parameters.get('q') ?? '',
    regex: parameters.has('regex'),
    matchCase: parameters.has('case'),
  };
  const project = useResource(`project ${id}`, (signal) => getProject(id, signal));
  const found = useLogSearch(id, query);
  const { value: known, error } = project.value;
  useTitle(known ? `Search · ${known.repository}` : 'Search');
  if (!known && error) return <Problem what="Project" error={error} retry={project.reload} />;
  return (
    <>
      <ProjectNav id={id} project={known} current="search" />
      <h1 class="page-title page-title-tight">Search all logs</h1>
      <SearchForm project={id} query={query} />
      {query.text !== '' && <Results project={id} found={found.value} more={found.more} stop={found.stop} />}
    </>
  );
}

function SearchForm({ project, query }: { project: number; query: Query }) {
  const [typed, setTyped] = useState(query);
  // Back and Forward change what is looked for.
  useEffect(() => setTyped(query), [query.text, query.regex, query.matchCase]);
  const option = (name: 'regex' | 'matchCase', label: string) => (
    <label class="check">
      <input
        type="checkbox"
        checked={typed[name]}
        data-testid={`search-${name}`}
        onChange={(event) => setTyped({ ...typed, [name]: event.currentTarget.checked })}
      />
      {label}
    </label>
  );
  return (
    <search>
      <form
        class="search-form"
        onSubmit={(event) => {
          event.preventDefault();
          navigate(paths.search(project, typed));
        }}
      >
        <input
          class="input mono"
          aria-label="Search all logs for"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          data-testid="search-text"
          value={typed.text}
          onInput={(event) => setTyped({ ...typed, text: event.currentTarget.value })}
        />
        <button type="submit" class="button button-primary" data-testid="search">
          <SearchIcon />
          Search
        </button>
        {option('regex', 'Regular expression')}
        {option('matchCase', 'Match case')}
      </form>
    </search>
  );
}

function Results(props: { project: number; found: LogSearch; more: () => void; stop: () => void }) {
  const { project, found, more, stop } = props;
  const { lines, complete, searching, error } = found;
  const builds = groupFound(lines);
  return (
    <section aria-label="Results" aria-busy={searching}>
      <div class="search-state">
        <output class="muted" data-testid="search-state">
          {wordsOf(found)}
        </output>
        {searching && (
          <button type="button" class="button button-small" onClick={stop} data-testid="stop-search">
            Stop
          </button>
        )}
      </div>
      <Unreadable project={project} logs={found.unreadable} />
      {builds.map((build) => (
        <LinesOfBuild key={build.build} project={project} found={build} />
      ))}
      {complete && lines.length === 0 && (
        <Empty testId="nothing-found">
          <p class="muted">No log of this project has that.</p>
        </Empty>
      )}
      <Trouble error={error} />
      <div class="pager">
        {!searching && !complete && (!error || error.isTemporary) && (
          <button type="button" class="button" onClick={more} data-testid="more">
            {error ? 'Try again' : 'Load more'}
          </button>
        )}
      </div>
    </section>
  );
}

function Unreadable({ project, logs }: { project: number; logs: LogPlace[] }) {
  if (logs.length === 0) return null;
  return (
    <p class="warning warning-box" role="alert" data-testid="unreadable-logs">
      <AlertIcon />
      <span>
      {logs.length === 1 ? 'A log is' : `${formatNumber(logs.length)} logs are`} damaged on the server and could not be
      searched whole:{' '}
      {logs.slice(0, UNREADABLE_SHOWN).map(({ build, job, attempt }, i) => (
        <>
          {i > 0 && ', '}
          <a href={paths.job(project, build, job, attempt)}>
            build #{build}, job {job}
          </a>
        </>
      ))}
      {logs.length > UNREADABLE_SHOWN && ' and more'}.
      </span>
    </p>
  );
}

function wordsOf({ lines, complete, searching, error }: LogSearch): string {
  if (searching) {
    return lines.length === 0 ? 'Nothing yet, searching older builds…' : `${plural(lines.length, 'line')} so far, searching older builds…`;
  }
  if (error || (lines.length === 0 && complete)) return '';
  if (lines.length === 0) return 'Nothing so far; there are older builds.';
  return complete ? plural(lines.length, 'line') : `${plural(lines.length, 'line')} so far; there may be more.`;
}

function LinesOfBuild({ project, found }: { project: number; found: FoundBuild }) {
  // Found lines tell numbers alone; without its names one can still read them.
  const { value: build } = useResource(`build ${project} ${found.build}`, (signal) => getBuild(project, found.build, signal)).value;
  return (
    <section class="found" data-testid="found-build" data-build={found.build}>
      <h2 class="found-build">
        <a href={paths.build(project, found.build)}>Build #{found.build}</a>
        {build && <span class="ellipsis">{firstLine(build.message)}</span>}
        <span class="small muted fact-end">{plural(found.count, 'line')}</span>
      </h2>
      {found.jobs.map(({ job, attempt, lines }) => (
        <div key={`${job} ${attempt}`}>
          <p class="small muted">
            {nameOf(build, job)}
            {attempt > 1 && `, attempt ${attempt}`}
          </p>
          <ol class="found-lines">
            {lines.map((line) => (
              <Line key={line.line} project={project} found={line} />
            ))}
          </ol>
        </div>
      ))}
    </section>
  );
}

function nameOf(build: Build | null, number: number): string {
  return build?.jobs.find((job) => job.number === number)?.title || `Job ${number}`;
}

function Line({ project, found }: { project: number; found: FoundLine }) {
  const { build, job, attempt, line, before, match, after } = found;
  const href = paths.job(project, build, job, attempt) + formatRange({ first: line, last: line });
  return (
    <li data-testid="found-line">
      <a class="found-line" href={href}>
        <span class="found-number">{formatNumber(line)}</span>
        <span class="found-text">
          {before}
          <mark>{match}</mark>
          {after}
        </span>
      </a>
    </li>
  );
}
