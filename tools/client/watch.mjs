// ./kozmic watch: follows a build until it ends.
import { Api } from './api.mjs';
import { only, parse } from './arguments.mjs';
import { eventsOf } from './events.mjs';
import { Failure, NOT_PASSED, PASSED, Unreachable } from './failure.mjs';
import { buildAt, buildPath } from './places.mjs';
import { Retries } from './retries.mjs';
import { hasEnded } from './show.mjs';
import { Story } from './story.mjs';

/** Heartbeats are at most 15 s apart. */
const SILENCE_MS = 45_000;

export async function watch(argv, { environment, output }) {
  const { options, rest } = parse(argv, { json: false });
  const place = buildAt(only(rest, 'build'), environment);
  return watchBuild(new Api(place.server, environment), place, options.json, { environment, output });
}

/** Tells of the build's changes until it ends; the exit status. */
export async function watchBuild(api, place, asJson, { environment, output }) {
  const story = new Story(place, output);
  const retries = new Retries(api, environment, (text) => output.note(`watch: ${text}`));
  const build = await ended(api, place, retries, asJson ? (news) => output.json(news) : (news) => story.goOn(news));
  if (!asJson) story.end(build);
  return build.status === 'success' ? PASSED : NOT_PASSED;
}

/** The build once it has ended; `tell` is called with it as it is now and after each change. */
async function ended(api, place, retries, tell) {
  let build = null;
  const see = (news) => {
    // What was asked for and what the stream brings may come in any order.
    if (build !== null && news.revision <= build.revision) return;
    build = news;
    retries.progressed();
    tell(build);
  };
  for (;;) {
    let problem = new Unreachable(`the connection to ${api.server} broke`);
    try {
      await followOnce(api, place, retries, see, () => build !== null && hasEnded(build.status));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      problem = error;
    }
    if (build !== null && hasEnded(build.status)) return build;
    await retries.pause(problem);
  }
}

/** Follows one stream until it breaks or `done()`. */
async function followOnce(api, place, retries, see, done) {
  const { answer, close } = await api.open(`/api/v1/stream?project=${place.project}`, { accept: 'text/event-stream' });
  const opened = Date.now();
  try {
    if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) {
      throw new Failure(`what ${api.server} answers is not Kozmic's; is that its address?`);
    }
    retries.reached();
    see(await api.get(buildPath(place)));
    let first = true;
    for await (const { type, data } of done() ? [] : eventsOf(answer.body, SILENCE_MS, close)) {
      if (type !== 'project') continue;
      const { builds } = JSON.parse(data);
      const news = builds.find(({ number }) => number === place.build);
      if (news) see(news);
      // The first event has the newest builds only; from here on all changes come.
      else if (first) see(await api.get(buildPath(place)));
      first = false;
      if (done()) return;
    }
  } finally {
    close();
    retries.ended(opened);
  }
}
