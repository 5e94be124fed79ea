/**
 * UTF-8 as browsers decode it: what is malformed becomes one U+FFFD for each longest piece that could
 * have begun a character. Here only where characters begin and end matters.
 */

/** Continuation bytes that must follow a first byte, or -1 for a byte that begins nothing. */
function following(first: number): number {
  if (first < 0x80) return 0;
  if (first < 0xc2 || first > 0xf4) return -1;
  return first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
}

function mayFollow(first: number, index: number, byte: number): boolean {
  if (index > 1) return byte >= 0x80 && byte <= 0xbf;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  return byte >= low && byte <= high;
}

/** Bytes of the character, or of the malformed piece, that begins at `at`. */
function lengthAt(bytes: Uint8Array, at: number): { length: number; whole: boolean } {
  const first = bytes[at] ?? 0;
  const wanted = following(first);
  let length = 1;
  while (length <= wanted && at + length < bytes.length && mayFollow(first, length, bytes[at + length] ?? 0)) {
    length++;
  }
  return { length, whole: length === wanted + 1 };
}

/** How many bytes at the end begin a character that is not there as a whole. */
export function incompleteAtEnd(bytes: Uint8Array): number {
  const end = bytes.length;
  for (let at = end - 1; at >= Math.max(0, end - 3); at--) {
    const wanted = following(bytes[at] ?? 0);
    if (wanted < 1) {
      if ((bytes[at] ?? 0) < 0x80 || (bytes[at] ?? 0) > 0xbf) return 0;
      continue;
    }
    const { length, whole } = lengthAt(bytes, at);
    return !whole && at + length === end ? length : 0;
  }
  return 0;
}

/** The byte at which the UTF-16 unit `units` of the decoded bytes begins. */
export function byteOfUnit(bytes: Uint8Array, units: number): number {
  let at = 0;
  for (let left = units; left > 0 && at < bytes.length; ) {
    const { length } = lengthAt(bytes, at);
    left -= length === 4 ? 2 : 1;
    at += length;
  }
  return at;
}
