import { useRef } from 'preact/hooks';
import { endOtherSessions, endSession, listSessions } from '../../api/account';
import type { Session } from '../../api/types';
import { ActionButton, Trouble, useAction } from '../../components/action';
import { ConfirmButton } from '../../components/confirm_button';
import { Loading, SectionHead } from '../../components/section';
import { RelativeTime } from '../../components/time';
import { formatDay } from '../../format';
import { useResource } from '../../state/resource';
import { say } from '../../state/toast';
import { describeBrowser } from '../../user_agent';

/** Where one is signed in. */
export function SessionsSection() {
  const resource = useResource('sessions', listSessions);
  const { value: sessions, error } = resource.value;
  const head = useRef<HTMLHeadingElement>(null);
  const keep = (kept: (session: Session) => boolean) => {
    resource.value = { value: (resource.peek().value ?? []).filter(kept), error: null };
  };
  const others = sessions?.some((session) => !session.current) ?? false;
  return (
    <section class="part">
      <SectionHead
        title="Sessions"
        headRef={head}
        actions={
          others && (
            <ConfirmButton
              label="Sign out everywhere else"
              testId="end-others"
              title="Sign out everywhere else?"
              confirm="Sign out"
              running="Signing out…"
              act={async () => {
                await endOtherSessions();
                keep((session) => session.current);
              }}
              done={() => {
                say('You are signed in here only.');
                head.current?.focus();
              }}
            >
              <p>All sessions but this one end at once. Access tokens stay.</p>
            </ConfirmButton>
          )
        }
      >
        Where you are signed in. End those that you do not know.
      </SectionHead>
      {!sessions && <Loading what="Sessions" error={error} retry={resource.reload} rows={2} />}
      {sessions && (
        <ul class="rows">
          {sessions.map((session) => (
            <SessionRow
              key={session.id}
              session={session}
              ended={() => {
                keep((known) => known.id !== session.id);
                say('The session has ended.');
                head.current?.focus();
              }}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

function SessionRow({ session, ended }: { session: Session; ended: () => void }) {
  const browser = describeBrowser(session.user_agent);
  const end = useAction(async () => {
    await endSession(session.id);
    // A full load, so that nothing of this session stays in memory.
    if (session.current) window.location.assign('/login/');
    else ended();
  });
  return (
    <li class="row" data-testid="session-row" data-current={session.current}>
      <span class="row-main">
        <span class="row-title">
          <span class="anywhere" title={session.user_agent}>
            {browser}
          </span>
          {session.current && <span class="tag tag-accent">This one</span>}
        </span>
        <span class="facts">
          <span class="fact">
            Last used <RelativeTime time={session.last_used_at} />
          </span>
          <span class="fact">Since {formatDay(session.created_at)}</span>
          <span class="fact">Until {formatDay(session.expires_at)}</span>
        </span>
        <Trouble error={end.error} />
      </span>
      <span class="row-actions">
        <ActionButton
          action={end}
          class="button-small"
          label={session.current ? 'Sign out' : 'End'}
          ariaLabel={session.current ? 'Sign out here' : `End the session of ${browser}`}
          runningLabel="Ending…"
          testId="end-session"
        />
      </span>
    </li>
  );
}
