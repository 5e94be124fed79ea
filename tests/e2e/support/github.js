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

/** All commit statuses that a commit was given, oldest first. */
export async function statusesOf(installation, commit) {
  return (await journal(installation))
    .filter((entry) => entry.type === 'status_created' && entry.status.sha === commit)
    .map((entry) => entry.status);
}

export const isFinal = (status) => status.state !== 'pending';
