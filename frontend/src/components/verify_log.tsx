import { useState } from 'preact/hooks';
import { readLog } from '../api/log';
import { formatNumber } from '../format';
import { canVerify, type Verdict, verify } from '../log/digest';
import { Trouble, useAction } from './action';
import { AlertIcon, CheckIcon } from './icons';

/** Reads a finished log once more and says whether it is, byte by byte, what was stored when it ended. */
export function VerifyLog({ id, size, sha256 }: { id: string; size: number; sha256: string }) {
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const action = useAction(async () => {
    setVerdict(null);
    const parts: Uint8Array[] = [];
    let length = 0;
    const take = (_offset: number, bytes: Uint8Array) => {
      parts.push(bytes);
      length += bytes.length;
    };
    await readLog(id, 0, take, AbortSignal.timeout(120_000));
    const whole = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    setVerdict(await verify(whole, { size, sha256 }));
  });
  if (!canVerify(size)) return null;
  return (
    <>
      {verdict?.kind !== 'same' && (
        <button type="button" class="tool" aria-disabled={action.running} data-testid="verify-log" onClick={action.run}>
          {action.running ? 'Verifying…' : 'Verify'}
        </button>
      )}
      <output class="fact" data-testid="verified">
        {verdict?.kind === 'same' && (
          <>
            <CheckIcon />
            Verified
          </>
        )}
      </output>
      {verdict?.kind === 'differs' && (
        <p class="problem" role="alert" data-testid="differs">
          <AlertIcon /> These are not the bytes that were stored: {formatNumber(verdict.size)} arrived, with SHA-256{' '}
          <code class="anywhere">{verdict.sha256}</code>. Something on the way, or the storage, has changed the log.
        </p>
      )}
      <Trouble error={action.error} />
    </>
  );
}
