// How the mock answers.
export function json(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export function error(response, status, code, message, field) {
  json(response, status, { code, message, ...(field && { field }) });
}

export function refuse(response, field, message) {
  error(response, 422, 'invalid_argument', `${field}: ${message}`, field);
}

export function nothing(response) {
  response.writeHead(204).end();
}

/** The body, or null after a 400 when it is none or has fields that are not known here. */
export async function readBody(request, response, fields) {
  const parts = [];
  for await (const part of request) parts.push(part);
  try {
    const body = JSON.parse(Buffer.concat(parts));
    if (Object.keys(body).every((name) => fields.includes(name))) return body;
  } catch {
    // Answered below.
  }
  error(response, 400, 'bad_request', `The body must be JSON with ${fields.join(', ')}.`);
  return null;
}

export const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
