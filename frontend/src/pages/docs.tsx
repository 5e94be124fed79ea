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
  ['KOZMIC_BRANCH', 'its branch, if it is on one'],
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
          A project's secrets are environment variables too. They are masked in logs as far as they are
          recognised there, and not given to pull requests from forks.
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
