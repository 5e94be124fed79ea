import { describe, expect, it } from 'vitest';
import { canVerify, MOST_VERIFIED, verify } from './digest';

const bytes = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

describe('verify', () => {
  it('knows the bytes by length and digest', async () => {
    expect(await verify(bytes('abc'), { size: 3, sha256: ABC })).toEqual({ kind: 'same' });
    expect(await verify(bytes('abc'), { size: 3, sha256: ABC.toUpperCase() })).toEqual({ kind: 'same' });
  });

  it.each([
    ['abd', 3, ABC],
    ['abc', 4, ABC],
    ['', 3, ABC],
  ])('sees that %j is not what it should be', async (text, size, sha256) => {
    expect(await verify(bytes(text), { size, sha256 })).toMatchObject({ kind: 'differs', size: text.length });
  });

  it('is not tried on what is too large', () => {
    expect([canVerify(MOST_VERIFIED), canVerify(MOST_VERIFIED + 1)]).toEqual([true, false]);
  });
});
