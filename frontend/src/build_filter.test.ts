import { describe, expect, it } from 'vitest';
import { filterOf, isFiltered } from './build_filter';
import { paths } from './routes';

const of = (query: string) => filterOf(new URLSearchParams(query));

describe('a filter of builds', () => {
  it('is in the address', () => {
    const filter = { status: 'failure', branch: 'feature/a b', author: 'ada', text: '100%' } as const;
    const address = paths.history(3, 77, filter);
    expect(address).toBe('/projects/3/history/?status=failure&branch=feature%2Fa+b&author=ada&q=100%25&before=77');
    expect(of(address.slice(address.indexOf('?')))).toEqual(filter);
  });

  it('is empty unless something is asked for', () => {
    expect(isFiltered(of(''))).toBe(false);
    expect(isFiltered(of('status=nonsense&branch=++&before=3'))).toBe(false);
    expect(isFiltered(of('status=pending'))).toBe(true);
    expect(isFiltered(of('author=a'))).toBe(true);
    expect(paths.history(3, null, of(''))).toBe('/projects/3/history/');
  });
});
