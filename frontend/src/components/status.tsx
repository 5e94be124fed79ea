import type { Status } from '../api/types';
import {
  AlertIcon,
  CancelledIcon,
  CheckIcon,
  CrossIcon,
  QueuedIcon,
  RunningIcon,
} from './icons';

/** A status is always a shape and a word; the colour only helps. */
const LOOKS: Record<Status, { word: string; Icon: typeof CheckIcon; sign: string }> = {
  enqueued: { word: 'Queued', Icon: QueuedIcon, sign: '…' },
  pending: { word: 'Running', Icon: RunningIcon, sign: '●' },
  success: { word: 'Passed', Icon: CheckIcon, sign: '✓' },
  failure: { word: 'Failed', Icon: CrossIcon, sign: '✗' },
  error: { word: 'Error', Icon: AlertIcon, sign: '⚠' },
  cancelled: { word: 'Cancelled', Icon: CancelledIcon, sign: '⊘' },
};

const UNKNOWN = { word: 'Unknown', Icon: QueuedIcon, sign: '?' };

/** Tolerates a status that a newer server may have. */
function look(status: Status) {
  return LOOKS[status] ?? UNKNOWN;
}

export function statusWord(status: Status): string {
  return look(status).word;
}

/** One character for the window's title. */
export function statusSign(status: Status): string {
  return look(status).sign;
}

/** The icon alone, with the word for screen readers and as a tooltip. */
export function StatusIcon({ status }: { status: Status }) {
  const { Icon, word } = look(status);
  return (
    <span class={`status-icon s-${status}`} title={word}>
      <Icon />
      <span class="visually-hidden">{word}</span>
    </span>
  );
}

/** Icon and word. */
export function StatusPill({ status, testId }: { status: Status; testId?: string }) {
  const { Icon, word } = look(status);
  return (
    <span class={`pill s-${status}`} data-testid={testId} data-status={status}>
      <Icon />
      {word}
    </span>
  );
}
