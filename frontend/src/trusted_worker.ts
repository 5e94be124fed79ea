import liveUrl from './live/worker?sharedworker&url';
import regexUrl from './log/regex_worker?worker&url';

/** The URLs that may become workers, as Trusted Types want it said; a policy can be made but once. */
const OURS = new Set([liveUrl, regexUrl]);

const policy = window.trustedTypes?.createPolicy('ci-worker', {
  createScriptURL(url) {
    if (!OURS.has(url)) throw new TypeError('not our worker');
    return url;
  },
});

export function trustedWorkerUrl(url: string): string {
  return policy ? policy.createScriptURL(url) : url;
}
