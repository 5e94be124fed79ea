import { useRef, useState } from 'preact/hooks';
import { createToken, listTokens, revokeToken } from '../../api/account';
import { REQUIRED } from '../../api/faults';
import type { AccessToken, NewToken } from '../../api/types';
import { ConfirmButton } from '../../components/confirm_button';
import { Field, FieldLabel, FormTrouble, SubmitButton, useForm } from '../../components/form';
import { Empty, Loading, SectionHead } from '../../components/section';
import { RelativeTime } from '../../components/time';
import { ToldOnce } from '../../components/told_once';
import { formatDay } from '../../format';
import { now } from '../../state/clock';
import { useResource } from '../../state/resource';
import { say } from '../../state/toast';

/** What lets programs act in one's name. */
export function TokensSection() {
  const resource = useResource('tokens', listTokens);
  const { value: tokens, error } = resource.value;
  const head = useRef<HTMLHeadingElement>(null);
  const [made, setMade] = useState<NewToken | null>(null);
  const change = (alter: (tokens: AccessToken[]) => AccessToken[]) => {
    resource.value = { value: alter(resource.peek().value ?? []), error: null };
  };
  return (
    <section class="part">
      <SectionHead title="Access tokens" headRef={head}>
        For programs that use the API in your name: they send it as{' '}
        <code class="nowrap">Authorization: Bearer kzp_…</code>.
      </SectionHead>
      {made && (
        <ToldOnce
          ariaLabel={`The token ${made.token.name}`}
          words="Copy the token now: it is not shown again."
          label={made.token.name}
          text={made.secret}
          testId="new-token"
          textTestId="token-secret"
          close={() => {
            setMade(null);
            head.current?.focus();
          }}
        />
      )}
      {!tokens && <Loading what="Access tokens" error={error} retry={resource.reload} rows={1} />}
      {tokens?.length === 0 && (
        <Empty testId="no-tokens">
          <p class="muted">No tokens yet. Make one below for a script that asks for builds or logs.</p>
        </Empty>
      )}
      {tokens && tokens.length > 0 && (
        <ul class="rows">
          {tokens.map((token) => (
            <TokenRow
              key={token.id}
              token={token}
              revoked={() => {
                change((known) => known.filter(({ id }) => id !== token.id));
                if (made?.token.id === token.id) setMade(null);
                say(`The token “${token.name}” has been revoked.`);
                head.current?.focus();
              }}
            />
          ))}
        </ul>
      )}
      {tokens && (
        <TokenForm
          made={(token) => {
            setMade(token);
            change((known) => [token.token, ...known]);
          }}
        />
      )}
    </section>
  );
}

function TokenRow({ token, revoked }: { token: AccessToken; revoked: () => void }) {
  const expired = token.expires_at !== null && Date.parse(token.expires_at) <= now.peek();
  return (
    <li class="row" data-testid="token-row" data-name={token.name}>
      <span class="row-main">
        <span class="row-title">
          <span class="anywhere">{token.name}</span>
          {expired && <span class="tag">Expired</span>}
        </span>
        <span class="facts">
          <span class="fact">
            {token.last_used_at ? (
              <>
                Last used <RelativeTime time={token.last_used_at} />
              </>
            ) : (
              'Never used'
            )}
          </span>
          <span class="fact">Made {formatDay(token.created_at)}</span>
          <span class="fact">
            {token.expires_at ? `Until ${formatDay(token.expires_at)}` : 'Never expires'}
          </span>
        </span>
      </span>
      <span class="row-actions">
        <ConfirmButton
          class="button-small button-danger"
          label="Revoke"
          ariaLabel={`Revoke ${token.name}`}
          testId="revoke-token"
          title="Revoke this token?"
          confirm="Revoke token"
          running="Revoking…"
          act={() => revokeToken(token.id)}
          done={revoked}
        >
          <p>
            Programs that use <strong class="anywhere">{token.name}</strong> have no access any more.
          </p>
        </ConfirmButton>
      </span>
    </li>
  );
}

const LIFETIMES: readonly [string, string][] = [
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', '1 year'],
  ['', 'No expiry'],
];

function TokenForm({ made }: { made: (token: NewToken) => void }) {
  const form = useForm({
    initial: { name: '', lifetime_days: '90' },
    check: ({ name }) => (name.trim() === '' ? { name: REQUIRED } : {}),
    send: async ({ name, lifetime_days: days }) => {
      made(await createToken(name.trim(), days === '' ? null : Number(days)));
    },
  });
  const fault = form.faults.lifetime_days;
  return (
    <form class="form form-after" noValidate data-testid="token-form" onSubmit={form.onSubmit}>
      <h3 class="form-title">Make a token</h3>
      <div class="form-pair">
        <Field control={form.control('name')} label="Name" hint="What it is for." />
        <div class="field">
          <FieldLabel id="lifetime" label="Valid for" />
          <select
            id="lifetime"
            class="input"
            value={form.values.lifetime_days}
            ref={form.attach('lifetime_days')}
            data-testid="field-lifetime_days"
            onChange={(event) => form.set('lifetime_days', event.currentTarget.value)}
          >
            {LIFETIMES.map(([days, words]) => (
              <option key={days} value={days}>
                {words}
              </option>
            ))}
          </select>
          {fault !== undefined && <p class="fault">{fault}</p>}
        </div>
      </div>
      <FormTrouble form={form} />
      <div class="form-end">
        <SubmitButton
          sending={form.sending}
          label="Make token"
          sendingLabel="Making it…"
          testId="create-token"
        />
      </div>
    </form>
  );
}
