import type { ComponentChildren } from 'preact';
import { useTitle } from '../components/title';
import { paths } from '../routes';

const TOKEN_EXAMPLE = `curl -H "Authorization: Bearer $TOKEN" \\
  ${window.location.origin}/api/v1/projects`;

const ENVIRONMENT: readonly [string, string][] = [
  ['CI, KOZMIC', '“true”'],
  ['KOZMIC_REPOSITORY', 'owner/name'],
  ['KOZMIC_COMMIT', 'the commit that is built'],
  ['KOZMIC_REF', 'its full ref, such as refs/heads/main'],
  ['KOZMIC_BRANCH, KOZMIC_TAG', 'its branch or its tag, if it is on one'],
  ['KOZMIC_PULL_REQUEST', 'the pull request’s number, if there is one'],
  ['KOZMIC_FORK', 'the fork’s owner/name, if the commit comes from one'],
  ['KOZMIC_EVENT', 'push, pull_request, tag or manual'],
  ['KOZMIC_PROJECT', 'the project’s number here'],
  ['KOZMIC_BUILD_NUMBER', 'the build’s number in the project'],
  ['KOZMIC_BUILD_URL', 'the build’s page here'],
  ['KOZMIC_JOB', 'the job’s title, which is its hook’s'],
];

/** How to use this very version. */
export function DocsPage() {
  useTitle('Docs');
  return (
    <article class="narrow docs">
      <h1 class="page-title">Using Kozmic CI</h1>
      <p>
        Kozmic CI runs your own scripts in clean Docker containers whenever something is pushed to GitHub,
        shows their logs while they run, and makes the result the commit's status. There is no format to
        learn.
      </p>
      <Part title="The first build">
        <ol>
          <li>
            Choose a repository under <a href={paths.repositories}>New project</a>. You need admin rights to
            it on GitHub.
          </li>
          <li>
            Add a hook in the project's settings: a title, a Docker image, a script. The webhook is set up
            on GitHub for you.
          </li>
          <li>Push a commit. Its build appears at once.</li>
        </ol>
      </Part>
      <Part title="Hooks">
        <p>
          Each hook is one job of every build. Its script runs as the user <code>kozmic</code> in{' '}
          <code>/kozmic/src</code>, where the commit is checked out. The first line may name any interpreter
          that the image has, like <code>#!/usr/bin/env python3</code>; otherwise <code>/bin/sh</code> runs
          it. Exit status 0 is success, any other is failure.
        </p>
        <p>
          A hook builds pushes, pull requests, tags, or several of them. Branches are filtered by globs, one
          a line: <code>main</code>, <code>release/*</code>, <code>feature/**</code>. A star does not match
          a slash, two do. Tags are not filtered.
        </p>
        <p>
          If somebody has changed or removed webhooks on GitHub, “Restore hooks on GitHub” makes them as
          they should be.
        </p>
      </Part>
      <Part title="Install scripts">
        <p>
          What a hook's install script leaves in the container becomes an image, which the script then runs
          in; later jobs skip the install script and use the image at once, until the install script, the
          Docker image or one of the tracked files changes. The log says which it was. Jobs that need the
          same image at the same time wait for the first one. An install script gets no secrets, and nothing
          below <code>/kozmic</code> is kept of it.
        </p>
      </Part>
      <Part title="Services">
        <p>
          A hook may name up to five services: containers that run beside its script, like a database. The
          script reaches each by its name, on any port: with a service <code>db</code> of the image{' '}
          <code>postgres:16</code>, at <code>db:5432</code>. What a service starts is its image's own
          affair; it gets the variables that the hook gives it, and no secrets. It has the same limits as
          the script's container, and no other job reaches it.
        </p>
        <p>
          Services have been started when the script begins, which does not mean that they answer: let the
          script wait for that, for example with{' '}
          <code>until pg_isready -h db; do sleep 0.1; done</code>. They are removed when the script has ended.
          Install scripts have none. The log tells of a service that ends before the script, with its last
          lines; when the script fails, of each the last lines of what it wrote.
        </p>
      </Part>
      <Part title="What a script finds">
        <dl class="details">
          {ENVIRONMENT.map(([name, words]) => (
            <div key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>{words}</dd>
            </div>
          ))}
        </dl>
        <p>
          What has a name elsewhere has it here too: <code>CI_COMMIT_SHA</code>, <code>CI_COMMIT_REF</code>,{' '}
          <code>CI_COMMIT_BRANCH</code>, <code>CI_COMMIT_TAG</code>, <code>CI_COMMIT_PULL_REQUEST</code>,{' '}
          <code>CI_PIPELINE_EVENT</code>, <code>CI_PIPELINE_NUMBER</code>, <code>CI_PIPELINE_URL</code>,{' '}
          <code>CI_REPO</code>, <code>CI_REPO_OWNER</code>, <code>CI_REPO_NAME</code>,{' '}
          <code>CI_PROJECT_ID</code>, <code>CI_PROJECT_DIR</code>, <code>CI_JOB_NAME</code>.
        </p>
        <p>
          A project's secrets are environment variables of the script too, not of the install script. They are masked in logs as far as they are
          recognised there, and not given to pull requests from forks. Those cannot use sudo either, unless the
          server is set up to let them.
        </p>
      </Part>
      <Part title="Roles">
        <p>
          Who you are and what you may do comes from GitHub. <strong>Members</strong> may read the
          repository there: they see builds and logs. <strong>Managers</strong> may push to it: they also
          change the settings. The <strong>owner</strong> made the project here, and may delete it.
        </p>
      </Part>
      <Part title="Private repositories">
        <p>
          A private repository gets a deploy key of its own, which can only read. Submodules in other
          private repositories are out of its reach.
        </p>
      </Part>
      <Part title="Images of private registries">
        <p>
          A hook's image may be any that can be pulled: <code>debian:12</code>,{' '}
          <code>registry.example.com:5000/owner/name:tag</code>, or one by its digest,{' '}
          <code>name@sha256:…</code>. Where a registry wants a password, a manager adds user name and
          password in the project's settings, under Registries; better a token that may only read. Jobs pull
          with them, scripts never see them, and pull requests from forks do not get them.
        </p>
        <p>
          Every job pulls its image. Only while the registry cannot be reached, the image that is on the
          runner's machine serves, and the log says so; if it was pulled with credentials, only builds with
          the same ones get it.
        </p>
      </Part>
      <Part title="Badges">
        <p>
          A badge shows how a branch's newest build went. A project's settings have it ready to be pasted
          into a README.
        </p>
      </Part>
      <Part title="The API">
        <p>
          Programs use the same interface as this page. Make a token in your{' '}
          <a href={paths.account}>account settings</a> and send it along:
        </p>
        <pre class="example">{TOKEN_EXAMPLE}</pre>
      </Part>
    </article>
  );
}

function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="docs-part">
      <h2 class="section-title">{title}</h2>
      {children}
    </section>
  );
}
