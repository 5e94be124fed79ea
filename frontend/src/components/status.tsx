import type { Status } from '../api/types';
import {
  AlertIcon,
  CancelledIcon,
  CheckIcon,
  CrossIcon,
  GuardIcon,
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

/** Of what is queued, but runs only once a manager lets it. */
const APPROVAL = { word: 'Needs approval', Icon: GuardIcon, sign: '…' };
const UNKNOWN = { word: 'Unknown', Icon: QueuedIcon, sign: '?' };

/** Tolerates a status that a newer server may have. */
function look(status: Status, approval = false) {
  return approval ? APPROVAL : (LOOKS[status] ?? UNKNOWN);
}

export function statusWord(status: Status): string {
  return look(status).word;
}

/** One character for the window's title. */
export function statusSign(status: Status): string {
  return look(status).sign;
}

interface Props {
  status: Status;
  /** Whether it waits for a manager to let it run. */
  approval?: boolean;
}

/** The icon alone, with the word for screen readers and as a tooltip. */
export function StatusIcon({ status, approval = false }: Props) {
  const { Icon, word } = look(status, approval);
  return (
    <span class={`status-icon s-${approval ? 'approval' : status}`} title={word}>
      <Icon />
      <span class="visually-hidden">{word}</span>
    </span>
  );
}

/** Icon and word. */
export function StatusPill({ status, approval = false, testId }: Props & { testId?: string }) {
  const { Icon, word } = look(status, approval);
  return (
    <span
      class={`pill s-${approval ? 'approval' : status}`}
      data-testid={testId}
      data-status={status}
      data-approval={approval || undefined}
    >
      <Icon />
      {word}
    </span>
  );
}
