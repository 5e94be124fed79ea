import { ApiError, fromResponse, fromThrown } from './errors';

/** Which attempt's log; written `<project>/<build>/<job>/<attempt>`. */
export type LogId = string;

/** Where the stored bytes of a log can be read or downloaded, from `offset` on. */
export function logUrl(log: LogId, offset = 0): string {
  return urlOf(log, '', offset);
}

/** Where one learns when a log's bytes were written, from `offset` on. */
export function logTimesUrl(log: LogId, offset: number): string {
  return urlOf(log, '/times', offset);
}

function urlOf(log: LogId, what: string, offset: number): string {
  const [project, build, job, attempt] = log.split('/').map(encodeURIComponent);
  const path = `/api/v1/projects/${project}/builds/${build}/jobs/${job}/log${what}`;
  return `${path}?attempt=${attempt}${offset > 0 ? `&offset=${offset}` : ''}`;
}

export interface LogExtent {
  /** Bytes stored when the answer began; the answer ends there. */
  size: number;
  /** Nothing will follow. */
  sealed: boolean;
}

/**
 * Reads the stored bytes from `offset` on and hands them over as they arrive, each with its own
 * offset. Resolves when the answer is complete; rejects with ApiError when it breaks off, in which
 * case the bytes handed over until then are still good.
 */
export async function readLog(
  log: LogId,
  offset: number,
  onBytes: (offset: number, bytes: Uint8Array) => void,
  signal: AbortSignal,
): Promise<LogExtent> {
  let response: Response;
  try {
    response = await fetch(logUrl(log, offset), { credentials: 'same-origin', cache: 'no-store', signal });
  } catch (error) {
    throw fromThrown(error);
  }
  if (!response.ok) throw await fromResponse(response);
  let position = headerNumber(response, 'Kozmic-Log-Offset') ?? offset;
  const size = headerNumber(response, 'Kozmic-Log-Size');
  const reader = response.body?.getReader();
  try {
    for (;;) {
      const part = await reader?.read();
      if (!part || part.done) break;
      onBytes(position, part.value);
      position += part.value.length;
    }
  } catch (error) {
    throw fromThrown(error);
  }
  if (size !== null && position < size) {
    throw new ApiError(0, 'truncated', 'The log broke off on its way.');
  }
  return { size: size ?? position, sealed: response.headers.get('Kozmic-Log-Sealed') === 'true' };
}

function headerNumber(response: Response, name: string): number | null {
  const value = response.headers.get(name);
  return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : null;
}
