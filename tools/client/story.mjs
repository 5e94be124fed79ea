// A build's course in lines for people.
import { clean, firstLine } from './clean.mjs';
import { WIDTH, fit, widthOf, wrap } from './columns.mjs';
import { clock, duration, hasEnded, tookOf, waitsForApproval, wordOf } from './show.mjs';

const MOST_TITLE = 30;
/** Where what is told of a job begins: behind the time. */
const INDENT = 10;

export class Story {
  #name;
  #output;
  #told = new Map();
  #begun = false;
  #approval = false;

  constructor({ project, build }, output) {
    this.#name = `build ${project}/${build}`;
    this.#output = output;
  }

  /** Tells what is new. */
  goOn(build) {
    if (!this.#begun) {
      this.#begun = true;
      const what = `${clean(build.branch)}, ${clean(build.commit).slice(0, 7)}: ${firstLine(build.message)}`;
      this.#output.line(fit(`${this.#name} of ${what}`, WIDTH));
    }
    if (waitsForApproval(build) && !this.#approval) this.#output.line('It waits for a manager to let it run.');
    this.#approval = waitsForApproval(build);
    const width = Math.min(MOST_TITLE, Math.max(...build.jobs.map((job) => widthOf(nameOf(job)))));
    for (const job of build.jobs) this.#tellJob(job, width);
  }

  #tellJob(job, width) {
    const now = `${job.attempt} ${job.status} ${job.cancelling && !hasEnded(job.status)}`;
    if (this.#told.get(job.number) === now) return;
    this.#told.set(job.number, now);
    const name = fit(nameOf(job), width);
    const time = job.finished_at ?? job.started_at ?? job.queued_at;
    const when = (time ? clock(time) : '').padEnd(INDENT);
    const state = this.#output.paint(stateOf(job), job.status);
    this.#output.line(`${when}${name}${' '.repeat(width - widthOf(name))}  ${state}`);
    const reason = hasEnded(job.status) && job.status !== 'success' ? clean(job.reason) : '';
    if (reason !== '') wrap(reason, INDENT).forEach((line) => this.#output.line(line));
  }

  /** The verdict. */
  end(build) {
    const took = build.started_at && build.finished_at
      ? ` in ${duration(Date.parse(build.finished_at) - Date.parse(build.started_at))}` : '';
    const word = { success: 'passed', failure: 'failed', cancelled: 'was cancelled', error: 'ended with an error' }[build.status];
    this.#output.line(this.#output.paint(`${this.#name} ${word ?? wordOf(build.status)}${took}`, build.status));
  }
}

const nameOf = (job) => `${job.number} ${firstLine(job.title)}`;

function stateOf(job) {
  const attempt = job.attempt > 1 ? ` (attempt ${job.attempt})` : '';
  if (!hasEnded(job.status)) return (job.cancelling ? 'being cancelled' : wordOf(job.status)) + attempt;
  const took = tookOf(job, Date.now());
  return `${wordOf(job.status)}${took === '' ? '' : ` after ${took}`}${attempt}`;
}
