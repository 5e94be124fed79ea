// What the simulated GitHub was told, by its own journal.

async function journal(installation) {
  const entries = [];
  for (let after = 0; ;) {
    const answer = await fetch(`${installation.github}/_simulator/journal?after=${after}`, {
      signal: AbortSignal.timeout(20_000),
    });
    const page = await answer.json();
    if (page.entries.length === 0) return entries;
    entries.push(...page.entries);
    after = page.entries.at(-1).seq;
  }
}

/** A control route of the simulated GitHub; "/as/LOGIN/..." is its API as somebody on its pages. */
export async function atGithub(installation, method, path, body) {
  const answer = await fetch(`${installation.github}/_simulator${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return text === '' ? null : JSON.parse(text);
}

/** What happened at GitHub, of one type, oldest first. */
export const happened = async (installation, type) =>
  (await journal(installation)).filter((entry) => entry.type === type);

/** All commit statuses that a commit was given, oldest first. */
export async function statusesOf(installation, commit) {
  return (await journal(installation))
    .filter((entry) => entry.type === 'status_created' && entry.status.sha === commit)
    .map((entry) => entry.status);
}

export const isFinal = (status) => status.state !== 'pending';
