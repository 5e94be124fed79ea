import { useEffect, useState } from 'preact/hooks';
import { saveAccount } from '../api/account';
import { getSync } from '../api/repositories';
import type { Account } from '../api/types';
import { Field, FormTrouble, SubmitButton, useForm } from '../components/form';
import { PageSkeleton } from '../components/lazy';
import { SectionHead } from '../components/section';
import { SyncPanel } from '../components/sync_panel';
import { useTitle } from '../components/title';
import { session } from '../state/session';
import { useResource } from '../state/resource';
import { SessionsSection } from './account/sessions';
import { TokensSection } from './account/tokens';

/** What is one's own: where mail goes, where one is signed in, and what acts in one's name. */
export function AccountPage() {
  useTitle('Account settings');
  const known = session.value;
  if (known.kind !== 'in') return <PageSkeleton />;
  const { user } = known.me;
  return (
    <div class="narrow">
      <h1 class="page-title">Account settings</h1>
      <Notifications user={user} />
      <Projects />
      <TokensSection />
      <SessionsSection />
    </div>
  );
}

function Notifications({ user }: { user: Account }) {
  const [saved, setSaved] = useState(false);
  const form = useForm({
    initial: { notification_email: user.notification_email },
    check: ({ notification_email: typed }) => {
      const email = typed.trim();
      if (email === '' || /^[^\s@]+@[^\s@]+$/.test(email)) return {};
      return { notification_email: 'This is not an e-mail address.' };
    },
    send: async ({ notification_email: typed }) => {
      const account = await saveAccount(typed.trim());
      const now = session.peek();
      if (now.kind === 'in') session.value = { kind: 'in', me: { ...now.me, user: account } };
      setSaved(true);
      return { notification_email: account.notification_email };
    },
  });
  useEffect(() => {
    if (form.dirty) setSaved(false);
  }, [form.dirty]);

  return (
    <section class="part">
      <SectionHead title="Notifications">
        Where to write to when a build of your projects begins to fail.
      </SectionHead>
      <form class="form" noValidate data-testid="account-form" onSubmit={form.onSubmit}>
        <Field
          control={form.control('notification_email')}
          type="email"
          optional
          label="E-mail address"
          hint="Leave it empty to get no mail."
        />
        <FormTrouble form={form} />
        <div class="form-end">
          <SubmitButton sending={form.sending} label="Save" sendingLabel="Saving…" testId="save" />
          <output class="saved" data-testid="saved">
            {saved && 'Your settings have been saved.'}
          </output>
        </div>
      </form>
    </section>
  );
}

/** Renews what one may see, and what one may do there. */
function Projects() {
  const sync = useResource('sync', getSync);
  return (
    <section class="part">
      <SectionHead title="Projects">
        Which projects you see, and what you may do in them, follows your rights on GitHub. That happens
        by itself; after a change there it can be hurried here.
      </SectionHead>
      <SyncPanel sync={sync.value.value} label="Sync projects with GitHub" changed={sync.reload} />
    </section>
  );
}
