import { trustedWorkerUrl } from '../trusted_worker';
import type { RegexSearcher } from './find';
import type { RegexTask } from './regex_worker';
import workerUrl from './regex_worker?worker&url';

/** For some hundred lines; what is linear in their length takes some milliseconds. */
const DEADLINE_MS = 2_000;

/** Runs an expression in a worker, which is ended when it does not answer in time. */
export function openRegexSearcher(regex: RegExp): RegexSearcher {
  const worker = new Worker(trustedWorkerUrl(workerUrl), { type: 'module' });
  let answer: (found: number[] | null) => void = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  const give = (found: number[] | null) => {
    clearTimeout(timer);
    if (!found) worker.terminate();
    answer(found);
  };
  worker.addEventListener('message', ({ data }: MessageEvent<number[]>) => give(data));
  worker.addEventListener('error', () => give(null));
  return {
    search(texts) {
      const task: RegexTask = { regex, texts };
      worker.postMessage(task);
      timer = setTimeout(() => give(null), DEADLINE_MS);
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
