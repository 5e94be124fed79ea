// One trace from the webhook to the commit status: in the logs of every process, and at a collector.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { ended, signIn } from './support/api.js';
import { isFinal, statusesOf } from './support/github.js';
import { waitFor } from './support/wait.js';

/** Takes spans as a collector does, by OpenTelemetry's protocol over HTTP. */
async function startCollector() {
  const spans = [];
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    assert.deepEqual([request.method, request.url], ['POST', '/v1/traces']);
    for (const { resource, scopeSpans } of JSON.parse(Buffer.concat(parts)).resourceSpans) {
      const service = resource.attributes.find(({ key }) => key === 'service.name').value.stringValue;
      spans.push(...scopeSpans.flatMap((scope) => scope.spans).map((span) => ({ ...span, service })));
    }
    response.end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { spans, url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

/** `world` is filled before the first test runs: installation, repository. */
export function traces(world) {
  test('a push is one trace, in every process’s log and at the collector', { timeout: 10 * 60_000 }, async () => {
    const { installation } = world;
    const collector = await startCollector();
    try {
      await installation.kozmicWith({ KOZMIC_TRACE_ENDPOINT: collector.url }, 'up');
      const api = await signIn(installation);
      const commit = await world.repository.push('Leave a trace', { 'test.sh': '#!/bin/sh\nexit 0\n' });
      // Asked for seldom: each question is a line of the gateway's, of which the newest 100 are told.
      const build = await api.build(1, commit, ended, { everyMs: 1000 });
      assert.equal(build.status, 'success');
      await waitFor('the status at GitHub', async () => (await statusesOf(installation, commit)).some(isFinal));
      const { trace_id: trace } = await api.json(`/projects/1/builds/${build.number}`);
      const guid = await installation.query(
        `SELECT guid FROM project.deliveries WHERE builds = ARRAY[${build.number}]::bigint[]
           AND hook_id IN (SELECT hook_id FROM project.hooks WHERE project_id = 1) ORDER BY delivery_id LIMIT 1`);
      assert.equal(trace, guid.replaceAll('-', ''), 'it is called as GitHub calls the delivery');

      const lines = {
        gateway: ['request'], project: ['delivery dispatched'], runner: ['job leased', 'job ended'],
        build: ['build asked for', 'job finished', 'status reported'], logstream: ['log sealed'],
      };
      for (const [name, messages] of Object.entries(lines)) {
        await waitFor(`${name}'s lines of the trace`, async () => {
          const log = await installation.kozmic('logs', name);
          const told = log.split('\n').filter((line) => line.includes(`"trace":"${trace}"`));
          return messages.every((message) => told.some((line) => line.includes(`"message":"${message}"`)));
        });
      }

      const ours = () => collector.spans.filter(({ traceId }) => traceId === trace);
      const wanted = [
        'gateway: webhook', 'project: dispatch', 'build: create a build', 'build: wait for a runner', 'build: tell GitHub',
        'build: FinishJob', 'runner: job', 'runner: Docker POST', 'project: ReportCommitStatus', 'project: GitHub POST', 'logstream: SealLog',
      ];
      const missing = () => wanted.filter((one) => !ours().some(({ service, name }) => `${service}: ${name}` === one));
      await waitFor('all spans', () => missing().length === 0).catch(() => assert.deepEqual(missing(), []));
      const roots = ours().filter(({ parentSpanId }) => !parentSpanId);
      assert.deepEqual(roots.map(({ name }) => name), ['webhook']);
      // What is below comes before what it is below, if that takes longer.
      await waitFor('every span below another', () => {
        const ids = new Set(ours().map(({ spanId }) => spanId));
        return ours().every(({ parentSpanId }) => !parentSpanId || ids.has(parentSpanId));
      });

      // A stranger writes into nobody's trace, nor makes one.
      const stranger = crypto.randomUUID();
      const refused = await fetch(`${installation.gateway}/_hooks/hook/1/`, {
        method: 'POST', body: '{}',
        headers: {
          'content-type': 'application/json', 'X-GitHub-Event': 'push', 'X-GitHub-Delivery': stranger,
          'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}`, traceparent: `00-${trace}-${'1'.repeat(16)}-01`,
        },
      });
      assert.equal(refused.status, 401);
      // What is pushed after it is told after it.
      const next = await world.repository.push('Leave another', { 'test.sh': '#!/bin/sh\nexit 0\n' });
      const { number } = await api.build(1, next, ended);
      const { trace_id: other } = await api.json(`/projects/1/builds/${number}`);
      await waitFor('the next trace', () => collector.spans.some(({ traceId, name }) => traceId === other && name === 'webhook'));
      assert.equal(collector.spans.filter(({ traceId }) => traceId === stranger.replaceAll('-', '')).length, 0);
      assert.equal(ours().filter(({ parentSpanId }) => parentSpanId === '1'.repeat(16)).length, 0);
    } finally {
      collector.stop();
      await installation.kozmicWith({ KOZMIC_TRACE_ENDPOINT: '' }, 'up');
    }
  });
}
