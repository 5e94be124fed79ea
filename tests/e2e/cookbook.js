// The commands of docs/grpcurl.md, each run as it stands there.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { ended, signIn } from './support/api.js';
import { ROOT } from './support/installation.js';
import { waitFor } from './support/wait.js';

const run = promisify(execFile);
const STATE = process.env.KOZMIC_STATE ?? join(ROOT, '.kozmic');
const BUF = join(STATE, 'npm/node_modules/@bufbuild/buf-linux-x64/bin/buf');

/** What grpcurl does with these options, by another reflection client. */
const GRPCURL = `
grpcurl() {
  local data= headers=()
  while [ "\${1:0:1}" = - ]; do
    case $1 in
      -plaintext) shift ;;
      -d) data=$2; shift 2 ;;
      -H) headers+=(--header "$2"); shift 2 ;;
    esac
  done
  local curl=('${BUF}' curl --http2-prior-knowledge --protocol grpc "\${headers[@]}")
  if [ "$2" = list ]; then "\${curl[@]}" --list-methods "http://$1" | grep "^\${3:-}"
  else "\${curl[@]}" --data "$data" "http://$1/$2"; fi
}`;

const TEXT = readFileSync(join(ROOT, 'docs/grpcurl.md'), 'utf8');
/** How the page has one call as somebody. */
const CALL = TEXT.match(/^call\(\) .*$/m)[0];
const COMMANDS = [...TEXT.matchAll(/```grpcurl\n([^]*?)```/g)].flatMap(([, block]) => block.trim().split('\n'));

/** Of a build that has ended well, of a public repository, and of the installation's own runner: that is said. */
const REFUSED = {
  MoveQueuedJob: /failed_precondition/, RevokeRunner: /failed_precondition/, DeleteRegistrationToken: /not_found/,
  CancelBuild: /failed_precondition/, RestartBuild: /failed_precondition/, RotateDeployKey: /has no deploy key/,
};

/** `world` is filled before the first test runs: installation. */
export function cookbook(world) {
  test(`the ${COMMANDS.length} commands of docs/grpcurl.md do what it says`, { timeout: 10 * 60_000 }, async () => {
    assert.ok(COMMANDS.length >= 20);
    const { installation } = world;
    const api = await signIn(installation);
    const { body: { secret } } = await api.change('POST', '/me/tokens', { name: 'cookbook', lifetime_days: 1 });
    const { user: me } = await api.json('/me');
    const { id } = await api.project('octo/hello');
    const { runners: [runner] } = await api.json('/admin/runners');
    await waitFor('the first build to end', async () => ended(await api.json(`/projects/${id}/builds/1`)));
    const environment = {
      ...process.env, KOZMIC_TOKEN: secret, RUNNER_TOKEN: await installation.runnerToken(),
      AUTH: installation.rpcAddress('auth'), PROJECT: installation.rpcAddress('project'),
      BUILD: installation.rpcAddress('build'), RUNNER: installation.rpcAddress('runner'),
    };
    for (const command of COMMANDS) {
      const own = command.replaceAll('projects/1', `projects/${id}`).replaceAll('users/1', `users/${me.id}`)
        .replaceAll('runners/kozmic', `runners/${runner.name}`);
      const outcome = await run('bash', ['-c', `${GRPCURL}\n${CALL}\n${own}`], { env: environment, timeout: 30_000 })
        .catch((error) => error);
      const refused = Object.entries(REFUSED).find(([method]) => command.includes(`/${method} `));
      if (refused) {
        assert.match(outcome.stderr, refused[1], command);
      } else {
        assert.ok(!(outcome instanceof Error), `${command}: ${outcome.stderr}`);
        assert.ok(outcome.stdout.trim() !== '', command);
      }
    }
    await waitFor('the build that was started by hand', async () => {
      const { builds } = await api.json(`/projects/${id}/builds`);
      return builds.every(ended) && builds.some((build) => build.trigger === 'manual');
    });
  });
}
