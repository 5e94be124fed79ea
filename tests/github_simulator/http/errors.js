/** An answer other than success, thrown from anywhere below a handler. */
export class HttpError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {{errors?: object[], headers?: Record<string, string>}} [details]
   */
  constructor(status, message, { errors, headers } = {}) {
    super(message);
    this.status = status;
    this.errors = errors;
    this.headers = headers ?? {};
  }
}

export function notFound() {
  return new HttpError(404, 'Not Found');
}

/**
 * GitHub's 422. `code` is one of missing, missing_field, invalid, already_exists, unprocessable and
 * custom; only custom ones carry a message.
 * @param {{resource: string, code: string, field?: string, message?: string}[]} errors
 */
export function validationFailed(...errors) {
  return new HttpError(422, 'Validation Failed', { errors });
}
