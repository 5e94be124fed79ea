/** A request that did not succeed, with a sentence that can be shown to people. */
export class ApiError extends Error {
  /**
   * @param status HTTP status; 0 when no answer arrived at all.
   * @param code machine-readable reason, as the gateway gave it, or `network`.
   * @param field the field of a form that it is about, or "".
   */
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field = '',
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /** The session is fine, but GitHub refuses what was granted at sign-in. */
  get isAboutGithub(): boolean {
    return this.code === 'sign_in_needed';
  }

  /** No answer, an overloaded or a restarting server: the same request may succeed later. */
  get isTemporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const NETWORK_MESSAGE = 'The server cannot be reached. Check your connection.';

/** Turns whatever `fetch` threw into an ApiError; an abort by the caller stays what it is. */
export function fromThrown(error: unknown): unknown {
  if (error instanceof ApiError) return error;
  if (error instanceof DOMException && error.name === 'AbortError') return error;
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return new ApiError(0, 'timeout', 'The server took too long to answer.');
  }
  return new ApiError(0, 'network', NETWORK_MESSAGE);
}

/** Reads the gateway's error body; tolerates a proxy's HTML page in its place. */
export async function fromResponse(response: Response): Promise<ApiError> {
  try {
    const body: unknown = await response.json();
    if (body !== null && typeof body === 'object' && 'code' in body && 'message' in body) {
      const field = 'field' in body ? String(body.field) : '';
      return new ApiError(response.status, String(body.code), String(body.message), field);
    }
  } catch {
    // Not JSON: say what the status alone tells.
  }
  return new ApiError(response.status, 'http', `The server answered with status ${response.status}.`);
}
