/** Runs one expression on texts. Whoever asks ends this worker when it takes too long. */
import { eachMatch } from './pattern';

export interface RegexTask {
  regex: RegExp;
  texts: string[];
}

/** The part of DedicatedWorkerGlobalScope that is used; TypeScript's DOM library lacks it. */
interface WorkerScope {
  addEventListener(type: 'message', listener: (event: MessageEvent<RegexTask>) => void): void;
  postMessage(found: number[]): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.addEventListener('message', ({ data: { regex, texts } }) => {
  const found: number[] = [];
  texts.forEach((text, index) => {
    eachMatch(regex, text, (start, length) => found.push(index, start, length));
  });
  scope.postMessage(found);
});
