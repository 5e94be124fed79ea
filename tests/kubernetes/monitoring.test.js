// k8s/monitoring: Prometheus takes the rules, and all that is asked for is told by our programs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import YAML from 'yaml';
import { HERE } from './manifests.js';

const ROOT = join(HERE, '../..');
const RULES = join(ROOT, 'k8s/monitoring/rules.yml');
const read = (path) => readFileSync(join(ROOT, path), 'utf8');

/** Names of metrics in an expression, without what a histogram's parts add to them. */
const namesIn = (text) => [...text.matchAll(/\bkozmic_\w+/g)].map(([name]) =>
  name.replace(/(?<=_seconds)_(?:bucket|count|sum)$/, ''));

/** Named alike, and no metrics. */
const COOKIES = new Set(['kozmic_session', 'kozmic_login']);

/** What the sources name. */
function toldNames() {
  const files = execFileSync('git', ['-C', ROOT, '-c', 'safe.directory=*', 'grep', '-hoE', '"kozmic_[a-z_]+"', '--',
    'lib/*.cc', 'services/*.cc', 'gateway/*.cc', ':!*_test.cc'], { encoding: 'utf8' });
  return new Set([...files.matchAll(/kozmic_\w+/g)].map(([name]) => name).filter((name) => !COOKIES.has(name)));
}

test('Prometheus takes the rules', () => {
  assert.match(execFileSync('promtool', ['check', 'rules', RULES], { encoding: 'utf8' }), /SUCCESS/);
});

test('that no runner is there is told of runners that could take a job, whatever others are paused', () => {
  assert.match(execFileSync('promtool', ['test', 'rules', join(HERE, 'rules_test.yml')], { encoding: 'utf8' }), /SUCCESS/);
});

test('rules and dashboard ask for metrics that there are, and each alert is explained', () => {
  const told = toldNames();
  assert.ok(told.size > 15);
  const dashboard = JSON.parse(read('k8s/monitoring/dashboard.json'));
  const expressions = [
    ...YAML.parse(read('k8s/monitoring/rules.yml')).groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
    ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ];
  for (const name of expressions.flatMap(namesIn)) assert.ok(told.has(name), name);
  const documentation = read('docs/monitoring.md');
  for (const { alert } of YAML.parse(read('k8s/monitoring/rules.yml')).groups.flatMap(({ rules }) => rules)) {
    if (alert) assert.ok(documentation.includes(`\`${alert}\``), alert);
  }
  for (const name of told) assert.ok(documentation.includes(name.replace('kozmic_database_connections_limit', '_limit')), name);
});
