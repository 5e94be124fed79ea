import type { Query } from '../log/pattern';
import { getJson } from './client';

/** Which log: of a job's attempt. */
export interface LogPlace {
  build: number;
  job: number;
  attempt: number;
}

/** A line of some log that has what was looked for, and its text near that. */
export interface FoundLine extends LogPlace {
  /** One-based. */
  line: number;
  /** Of its first byte. */
  offset: number;
  before: string;
  match: string;
  after: string;
}

export interface FoundPage {
  /** Newest build first; there may be none, and more on the next page. */
  lines: FoundLine[];
  /** Logs that are damaged on the server: lines of theirs may be missing. */
  unreadable_logs: LogPlace[];
  next_page_token: string | null;
}

/** One page of the lines of all of a project's logs that have what is looked for. */
export function searchLogs(
  project: number,
  query: Query,
  page: string | null,
  signal: AbortSignal,
): Promise<FoundPage> {
  const parameters = new URLSearchParams({
    q: query.text,
    regex: String(query.regex),
    match_case: String(query.matchCase),
    limit: '100',
  });
  if (page !== null) parameters.set('page_token', page);
  return getJson(`/api/v1/projects/${project}/logs/search?${parameters}`, signal);
}
