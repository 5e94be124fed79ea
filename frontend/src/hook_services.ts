import type { Service } from './api/types';

/** A service as its part of a form holds it. */
export interface ServiceValues {
  /** Tells them apart. */
  row: number;
  name: string;
  image: string;
  /** NAME=value, one a line. */
  environment: string;
}

export const MOST_SERVICES = 5;
const MOST_VARIABLES = 50;
const MOST_BYTES = 16_384;

export function toServiceValues(services: readonly Service[]): ServiceValues[] {
  return services.map(({ name, image, environment }, row) => ({
    row,
    name,
    image,
    environment: Object.entries(environment)
      .map(([variable, value]) => `${variable}=${value}\n`)
      .join(''),
  }));
}

export function toServices(values: readonly ServiceValues[]): Service[] {
  return values.map(({ name, image, environment }) => ({
    name: name.trim(),
    image: image.trim(),
    environment: Object.fromEntries(variablesOf(environment)),
  }));
}

/** Names and values. A line without “=” has an empty value; a value is taken as it is. */
function variablesOf(text: string): [string, string][] {
  return text
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const at = line.indexOf('=');
      return at < 0 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1)];
    });
}

/** What keeps services from being saved, as far as the page can tell, or "". */
export function faultOfServices(services: readonly ServiceValues[]): string {
  const known = new Set<string>();
  for (const service of services) {
    const name = service.name.trim();
    if (name === '') return 'Each service needs a name.';
    if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
      return `“${name.slice(0, 60)}” is not a service's name: up to 63 of a-z, 0-9 and “-”, a letter first.`;
    }
    if (name === 'localhost' || name === 'kozmic') return `“${name}” is the script's own container.`;
    if (known.has(name)) return `There are two services of the name “${name}”.`;
    known.add(name);
    if (service.image.trim() === '') return `The service “${name}” needs an image.`;
    const fault = faultOfVariables(service.environment);
    if (fault) return `The service “${name}”: ${fault}`;
  }
  return '';
}

function faultOfVariables(text: string): string {
  const variables = variablesOf(text);
  const names = new Set<string>();
  let bytes = 0;
  for (const [name, value] of variables) {
    if (!/^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/.test(name)) return `“${name.slice(0, 60)}” is not a variable's name.`;
    if (names.has(name)) return `the variable “${name}” is there twice.`;
    names.add(name);
    bytes += name.length + new TextEncoder().encode(value).length;
  }
  if (names.size > MOST_VARIABLES) return `at most ${MOST_VARIABLES} variables.`;
  return bytes > MOST_BYTES ? 'at most 16 KB of variables.' : '';
}
