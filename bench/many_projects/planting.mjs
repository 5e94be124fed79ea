// Projects with builds, planted past the services for a measurement.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
// No repository of the demo's has such a number.
const FIRST_REPOSITORY = 5_000_000_000;

/** Runs statements as the demo's database administrator. */
export async function query(state, sql) {
  const port = readFileSync(join(state, 'ports/postgres'), 'utf8').trim();
  const { stdout } = await run('psql', ['-qAtX', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-p', port,
    '-U', 'postgres', '-d', 'kozmic', '-c', sql], {
    env: { ...process.env, PGPASSWORD: readFileSync(join(state, 'secrets/postgres'), 'utf8') },
    timeout: 120_000, maxBuffer: 16 << 20,
  });
  return stdout.trim();
}

/** `count` projects of a user, each with one finished build of one job; their ids. */
export async function plant(state, userId, count) {
  await query(state, `
    INSERT INTO project.projects (repository_id, repository, private, url, owner_user_id, due_time)
    SELECT ${FIRST_REPOSITORY} + n, 'bench/project-' || n, false, 'https://github.com/bench/project-' || n,
           ${userId}, 'infinity' FROM generate_series(1, ${count}) n;
    INSERT INTO project.members (project_id, user_id, role, may_admin)
    SELECT project_id, ${userId}, 3, true FROM project.projects WHERE repository_id > ${FIRST_REPOSITORY};
    INSERT INTO build.projects (project_id, last_number, revision)
    SELECT project_id, 1, 1 FROM project.projects WHERE repository_id > ${FIRST_REPOSITORY};
    INSERT INTO build.builds (project_id, number, request_id, repository, ref, commit, commit_url, message,
                              author_name, author_login, author_avatar, state, revision, start_time, end_time)
    SELECT project_id, 1, 'bench', repository, 'refs/heads/main', repeat('a', 40), url || '/commit/a',
           'A change of some length, as people write them' || E'\\n\\nAnd why it was made.', 'Ann', 'ann',
           'https://avatars.example/ann', 3, 1, now(), now()
    FROM project.projects WHERE repository_id > ${FIRST_REPOSITORY};
    INSERT INTO build.jobs (build_id, number, hook, title, image, script, state, exit_code, end_time)
    SELECT build_id, 1, 'h', 'Tests', 'debian:12', 'make', 3, 0, now() FROM build.builds
    WHERE request_id = 'bench';`);
  const ids = await query(state,
    `SELECT project_id FROM project.projects WHERE repository_id > ${FIRST_REPOSITORY}`);
  return ids.split('\n').map(Number);
}

/** Removes what plant() has planted. */
export async function uproot(state) {
  await query(state, `
    DELETE FROM build.jobs WHERE build_id IN (SELECT build_id FROM build.builds WHERE request_id = 'bench');
    DELETE FROM build.builds WHERE request_id = 'bench';
    DELETE FROM build.projects WHERE project_id IN
      (SELECT project_id FROM project.projects WHERE repository_id > ${FIRST_REPOSITORY});
    DELETE FROM project.projects WHERE repository_id > ${FIRST_REPOSITORY};`);
}
