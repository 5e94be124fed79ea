import { trustedWorkerUrl } from '../trusted_worker';
import type { RegexSearcher } from './find';
import type { RegexTask } from './regex_worker';
import workerUrl from './regex_worker?worker&url';

/** For some hundred lines; what is linear in their length takes some milliseconds. */
const DEADLINE_MS = 2_000;
/** The worker has to be loaded before. */
const FIRST_DEADLINE_MS = 6_000;
const TOO_LONG = 'This expression takes too long. Try a simpler one.';
const UNLOADABLE = 'What looks for expressions could not be loaded. Reload the page.';

/** Runs an expression in a worker, which is ended when it does not answer in time. */
export function openRegexSearcher(regex: RegExp): RegexSearcher {
  const worker = new Worker(trustedWorkerUrl(workerUrl), { type: 'module' });
  let answer: (found: number[] | string) => void = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  let deadline = FIRST_DEADLINE_MS;
  const give = (found: number[] | string) => {
    clearTimeout(timer);
    if (typeof found === 'string') worker.terminate();
    answer(found);
  };
  worker.addEventListener('message', ({ data }: MessageEvent<number[]>) => {
    deadline = DEADLINE_MS;
    give(data);
  });
  worker.addEventListener('error', () => give(UNLOADABLE));
  return {
    search(texts) {
      const task: RegexTask = { regex, texts };
      worker.postMessage(task);
      timer = setTimeout(() => give(TOO_LONG), deadline);
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
    stop() {
      clearTimeout(timer);
      worker.terminate();
    },
  };
}
