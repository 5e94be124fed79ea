// ./kozmic log: a job's log, byte for byte.
import { createHash } from 'node:crypto';
import { Api, reasonOf } from './api.mjs';
import { numberOf, only, parse } from './arguments.mjs';
import { Failure, PASSED, Unreachable, Usage } from './failure.mjs';
import { buildPath, jobAt, jobPath } from './places.mjs';
import { Retries } from './retries.mjs';

/** What the processes of an installation are called, and nothing that has a log here. */
const WORD = /^[a-z][a-z0-9_-]*$/i;

export async function log(argv, { environment, output }) {
  const { options, rest } = parse(argv, { follow: false, attempt: true });
  if (rest.length === 0) throw new Usage('this prints a job\'s log, and needs the job; what the processes here say: ./kozmic logs');
  const name = only(rest, 'job');
  if (WORD.test(name)) {
    throw new Usage(`"${name}" names no job: this prints jobs' logs; what the processes here say: ./kozmic logs ${name}`);
  }
  const place = jobAt(name, environment);
  const wanted = numberOf(options, 'attempt', 1) ?? place.attempt;
  const api = new Api(place.server, environment);
  const job = await jobOf(api, place);
  // Of one attempt, also when there is a newer one after an interruption.
  const path = `${jobPath({ ...place, job: job.number })}/log?attempt=${wanted ?? job.attempt}`;
  await new LogPrinter(api, path, Boolean(options.follow), { environment, output }).print();
  return PASSED;
}

async function jobOf(api, place) {
  const { jobs } = await api.get(buildPath(place));
  const name = `${place.project}/${place.build}`;
  if (place.job === undefined && jobs.length === 1) return jobs[0];
  if (place.job === undefined) throw new Usage(`build ${name} has ${jobs.length} jobs; name one: ${name}/1`);
  const job = jobs.find(({ number }) => number === place.job);
  if (!job) throw new Failure(`build ${name} has no job ${place.job}`);
  return job;
}

class LogPrinter {
  #api;
  #path;
  #follow;
  #output;
  #retries;
  /** How many bytes are printed. */
  #offset = 0;
  #digest = createHash('sha256');
  /** Without --follow: where the log ended when it was first asked for. */
  #end = null;

  constructor(api, path, follow, { environment, output }) {
    this.#api = api;
    this.#path = `${path}${follow ? '&follow=true' : ''}`;
    this.#follow = follow;
    this.#output = output;
    this.#retries = new Retries(api, environment, (text) => output.note(`log: ${text}`));
  }

  /** Prints the log; goes on where it was when the connection breaks. */
  async print() {
    for (;;) {
      const before = this.#offset;
      try {
        if (await this.#printSome()) return;
        // It ended well, but does not say that it is whole: a proxy may have ended it.
        if (this.#offset > before) continue;
        throw this.#interrupted('the connection broke');
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        if (this.#offset > before) this.#retries.progressed();
        await this.#retries.pause(error);
      }
    }
  }

  #interrupted(reason) {
    return new Unreachable(`the log from ${this.#api.server} was interrupted at byte ${this.#offset}: ${reason}`);
  }

  /** Prints what one answer has; whether the log is complete then. */
  async #printSome() {
    const { answer, close } = await this.#api.open(`${this.#path}&offset=${this.#offset}`);
    const opened = Date.now();
    try {
      this.#retries.reached();
      const begin = numberIn(answer, 'kozmic-log-offset');
      if (begin === null) throw new Failure(`what ${this.#api.server} answers is no log of Kozmic's; is that its address?`);
      if (begin > this.#offset) throw new Failure(`the server skips bytes: it goes on at ${begin} instead of ${this.#offset}`);
      await this.#printBody(answer.body, this.#offset - begin);
      return this.#isComplete(answer);
    } finally {
      close();
      this.#retries.ended(opened);
    }
  }

  /** All but the first `known` bytes, which are printed already. */
  async #printBody(body, known) {
    const chunks = body?.[Symbol.asyncIterator]();
    let skip = known;
    for (;;) {
      let next;
      try {
        next = await chunks?.next();
      } catch (error) {
        throw this.#interrupted(reasonOf(error));
      }
      if (!next || next.done) return;
      const bytes = next.value.subarray(Math.min(skip, next.value.length));
      skip -= next.value.length - bytes.length;
      if (bytes.length === 0) continue;
      this.#offset += bytes.length;
      this.#digest.update(bytes);
      await this.#output.bytes(bytes);
    }
  }

  #isComplete({ headers }) {
    const size = numberIn({ headers }, 'kozmic-log-size');
    const sealed = headers.get('kozmic-log-sealed') === 'true';
    if (sealed && size !== null && this.#offset > size) {
      throw new Failure(`${this.#offset} bytes were printed, but the log was sealed at ${size}: the rest was lost at the server`);
    }
    if (sealed && this.#offset === size) {
      const sha256 = headers.get('kozmic-log-sha256');
      if (sha256 && sha256 !== this.#digest.digest('hex')) throw new Failure('what was printed is not the log: its SHA-256 is another');
      return true;
    }
    if (this.#follow || size === null) return false;
    this.#end ??= size;
    return this.#offset >= this.#end;
  }
}

function numberIn({ headers }, name) {
  const text = headers.get(name) ?? '';
  return /^\d{1,16}$/.test(text) ? Number(text) : null;
}
