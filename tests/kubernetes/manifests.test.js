// k8s/: valid, within the pod security profiles, and fitting together and our programs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chooses, containersOf, nameOf, render, workloadsOf } from './manifests.js';
import { faultsOf, unknownFields } from './schema.js';

/** Where the programs are that ./kozmic has built. */
const BIN = process.env.KOZMIC_BIN;
const OURS = /(?:^|\/)kozmic(?:-runner)?(?::|$)/;

for (const overlay of ['dev', 'production']) {
  const objects = render(overlay);
  const workloads = workloadsOf(objects);
  const find = (kind, name, namespace) => objects.find((object) =>
    object.kind === kind && object.metadata.name === name && object.metadata.namespace === namespace);

  test(`${overlay}: Kubernetes knows every field, and takes its value`, async () => {
    for (const object of objects) assert.deepEqual(await faultsOf(object), [], nameOf(object));
    assert.deepEqual(unknownFields(objects), []);
  });

  test(`${overlay}: all but the runners keep to the profile "restricted"`, () => {
    const services = workloads.filter(({ metadata }) => metadata.namespace === 'kozmic');
    assert.ok(services.length >= 6);
    for (const workload of services) {
      const { spec } = workload.spec.template;
      const name = nameOf(workload);
      assert.ok(!spec.hostNetwork && !spec.hostPID && !spec.hostIPC && !spec.shareProcessNamespace, name);
      assert.equal(spec.securityContext.runAsNonRoot, true, name);
      assert.ok(spec.securityContext.runAsUser > 0, name);
      assert.equal(spec.securityContext.seccompProfile.type, 'RuntimeDefault', name);
      for (const volume of spec.volumes ?? []) assert.ok(volume.secret || volume.emptyDir, `${name} ${volume.name}`);
      for (const { securityContext } of containersOf(workload)) {
        assert.ok(!securityContext.privileged, name);
        assert.equal(securityContext.allowPrivilegeEscalation, false, name);
        assert.deepEqual(securityContext.capabilities, { drop: ['ALL'] }, name);
      }
    }
  });

  test(`${overlay}: each container says what it takes of memory, and whether it does its work`, () => {
    for (const workload of workloads) {
      for (const container of containersOf(workload)) {
        const name = `${nameOf(workload)} ${container.name}`;
        assert.ok(container.resources.requests.cpu && container.resources.requests.memory, name);
        assert.ok(container.resources.limits.memory, name);
        const probed = container.startupProbe ?? container.readinessProbe;
        assert.ok(probed || workload.kind === 'Job', name);
      }
      const token = workload.spec.template.spec.automountServiceAccountToken;
      assert.equal(token, false, `${nameOf(workload)} has no token of the cluster`);
    }
  });

  test(`${overlay}: what chooses pods chooses some, and by default nobody is admitted`, () => {
    const pods = workloads.map(({ metadata, spec }) => ({ namespace: metadata.namespace, labels: spec.template.metadata.labels }));
    const chosen = (namespace, selector) => pods.filter((pod) => pod.namespace === namespace && chooses(selector, pod.labels));
    for (const { kind, metadata, spec } of objects) {
      const selector = { Service: () => ({ matchLabels: spec.selector }), PodDisruptionBudget: () => spec.selector,
        NetworkPolicy: () => spec.podSelector }[kind]?.();
      if (selector) assert.ok(chosen(metadata.namespace, selector).length > 0, `${kind} ${metadata.name}`);
      if (kind !== 'NetworkPolicy') continue;
      for (const peer of [...spec.ingress ?? [], ...spec.egress ?? []].flatMap(({ from = [], to = [] }) => [...from, ...to])) {
        if (!peer.podSelector) continue;
        const namespace = peer.namespaceSelector?.matchLabels['kubernetes.io/metadata.name'] ?? metadata.namespace;
        assert.ok(chosen(namespace, peer.podSelector).length > 0, `${metadata.name}: ${JSON.stringify(peer)}`);
      }
    }
    for (const namespace of ['kozmic', 'kozmic-runners']) {
      const denied = objects.some(({ kind, metadata, spec }) => kind === 'NetworkPolicy' &&
        metadata.namespace === namespace && Object.keys(spec.podSelector).length === 0 &&
        (spec.ingress ?? []).every(({ ports }) => ports.every(({ port }) => port === 'metrics')));
      assert.ok(denied, `${namespace} admits nobody by default, but who collects metrics`);
    }
  });

  test(`${overlay}: who calls whom is allowed at both ends`, () => {
    const policy = (namespace, name) => find('NetworkPolicy', name, namespace);
    for (const workload of workloads) {
      const [container] = workload.spec.template.spec.containers;
      if (!OURS.test(container.image)) continue;
      const settings = find('ConfigMap', container.envFrom[0].configMapRef.name, workload.metadata.namespace).data;
      const from = workload.spec.template.metadata.labels;
      const egress = policy(workload.metadata.namespace, workload.metadata.name).spec.egress ?? [];
      for (const { to = [], ports } of egress) {
        const target = to[0]?.podSelector?.matchLabels?.['app.kubernetes.io/name'];
        if (!target) continue;
        const address = settings[`KOZMIC_${target.toUpperCase()}_ADDRESS`];
        assert.match(address, new RegExp(`^${target}(?:\\.kozmic)?:${ports[0].port}$`), `${workload.metadata.name} to ${target}`);
        const { ingress } = policy('kozmic', target).spec;
        const admitted = ingress.some(({ from: peers }) => peers.some((peer) =>
          peer.podSelector && chooses(peer.podSelector, from) &&
          (peer.namespaceSelector?.matchLabels['kubernetes.io/metadata.name'] ?? 'kozmic') === workload.metadata.namespace));
        assert.ok(admitted, `${target} admits ${workload.metadata.name}`);
      }
    }
  });

  test(`${overlay}: our programs take their settings`, () => {
    assert.ok(BIN, 'KOZMIC_BIN names the folder of the programs');
    const folder = mkdtempSync(join(tmpdir(), 'kozmic-settings-'));
    const secret = join(folder, 'secret');
    writeFileSync(secret, 'a'.repeat(64));
    let checked = 0;
    for (const workload of workloads) {
      for (const { image, args, env, envFrom = [] } of workload.spec.template.spec.containers) {
        if (!OURS.test(image)) continue;
        const variables = Object.assign({}, ...envFrom.map(({ configMapRef }) =>
          find('ConfigMap', configMapRef.name, workload.metadata.namespace).data));
        for (const { name, value, valueFrom } of env) {
          variables[name] = valueFrom ? 'runner-0' : value.startsWith('/secrets/') ? secret : value;
        }
        // As the image's own variables have it.
        Object.assign(variables, { KOZMIC_STATIC_DIR: '/', KOZMIC_INIT_PATH: '/bin/true' });
        const output = execFileSync(join(BIN, args[0]), ['--check-config'], { env: variables, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
        assert.match(output, /good/, args[0]);
        checked++;
      }
    }
    rmSync(folder, { recursive: true });
    assert.equal(checked, 6);
  });
}

test('a field that Kubernetes does not know is found, and a value that it does not take', async () => {
  const [object] = render('dev').filter(({ kind }) => kind === 'Deployment');
  const misspelt = structuredClone(object);
  misspelt.spec.template.spec.containers[0].livenesProbe = {};
  assert.equal(unknownFields([misspelt]).length, 1);
  const wrong = structuredClone(object);
  wrong.spec.replicas = 'two';
  assert.equal((await faultsOf(wrong)).length, 1);
});
