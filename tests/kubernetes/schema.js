// Kubernetes' own schemas, from the npm package kubernetes-models: as validators of what fields have, and
// as types, by which TypeScript finds fields that there are not.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HERE, nameOf } from './manifests.js';

const TSC = join(HERE, 'node_modules/.bin/tsc');

const moduleOf = ({ apiVersion }) => `kubernetes-models/${apiVersion}`;

/** What is wrong with an object's values; empty when nothing is. */
export async function faultsOf(object) {
  const { [object.kind]: Model } = await import(moduleOf(object));
  if (!Model) return [`there is no ${object.kind} in ${object.apiVersion}`];
  try {
    new Model(object).validate();
    return [];
  } catch (error) {
    return [error.message];
  }
}

/** Fields that Kubernetes does not know, a line each. */
export function unknownFields(objects) {
  // Beside the packages, so that they are found.
  const folder = mkdtempSync(join(HERE, 'node_modules/.types-'));
  try {
    const file = join(folder, 'objects.ts');
    writeFileSync(file, objects.map((object, i) => [
      `import type { I${object.kind} as T${i} } from '${moduleOf(object)}';`,
      `export const o${i}: T${i} = ${JSON.stringify(object, null, 1)}; // ${nameOf(object)}`,
    ].join('\n')).join('\n'));
    const { stdout } = spawnSync(TSC, ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', file],
      { encoding: 'utf8' });
    return stdout.split('\n').filter((line) => line.includes('error TS'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
