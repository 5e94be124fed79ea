import { describe, expect, it } from 'vitest';
import type { Service } from './api/types';
import { faultOfServices, type ServiceValues, toServices, toServiceValues } from './hook_services';

const one = (values: Partial<ServiceValues>): ServiceValues => ({
  row: 0,
  name: 'db',
  image: 'postgres:16',
  environment: '',
  ...values,
});

describe('P18: services', () => {
  it('come back from the form as they went in', () => {
    const services: Service[] = [
      { name: 'db', image: 'postgres:16', environment: { POSTGRES_PASSWORD: ' a=b ', EMPTY: '' } },
      { name: 'cache', image: 'redis', environment: {} },
    ];
    expect(toServices(toServiceValues(services))).toEqual(services);
  });

  it('take variables as they are typed', () => {
    expect(toServices([one({ name: ' db ', environment: 'A=1\r\n\n  B = x=y \nC' })])).toEqual([
      { name: 'db', image: 'postgres:16', environment: { A: '1', B: ' x=y ', C: '' } },
    ]);
  });

  it.each(['db', 'a', 'redis-7', 'a'.repeat(63)])('may be called %s', (name) => {
    expect(faultOfServices([one({ name })])).toBe('');
  });

  it.each(['DB', '1db', 'db-', 'd_b', 'd.b', 'd b', 'ü', 'a'.repeat(64)])('may not be called %s', (name) => {
    expect(faultOfServices([one({ name })])).toMatch(/is not a service's name/);
  });

  it.each(['localhost', 'kozmic'])('may not be called %s, which is taken', (name) => {
    expect(faultOfServices([one({ name })])).toMatch(/own container/);
  });

  it('need names, different ones, and images', () => {
    expect(faultOfServices([one({ name: ' ' })])).toBe('Each service needs a name.');
    expect(faultOfServices([one({}), one({ row: 1 })])).toMatch(/two services of the name/);
    expect(faultOfServices([one({ image: ' ' })])).toMatch(/needs an image/);
  });

  it.each([
    ['discovery.type=single-node\nxpack.security.enabled=false', /^$/],
    ['1A=x', /“1A” is not a variable's name/],
    ['=x', /is not a variable's name/],
    ['A=1\nA=2', /there twice/],
    [`A=${'x'.repeat(16_384)}`, /16 KB/],
    [Array.from({ length: 51 }, (_, i) => `A${i}=`).join('\n'), /at most 50/],
  ])('have variables: %#', (environment, fault) => {
    expect(faultOfServices([one({ environment })])).toMatch(fault);
  });
});
