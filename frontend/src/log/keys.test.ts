import { describe, expect, it } from 'vitest';
import { commandOf, type Key } from './keys';

const press = (key: string, modifiers: Partial<Key> = {}): Key => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...modifiers });

describe('commandOf', () => {
  it.each([
    [press('/'), true, 'find'],
    [press('f', { ctrlKey: true }), true, 'find'],
    [press('f', { metaKey: true }), false, 'find'],
    [press('f'), true, 'full-screen'],
    [press('N'), true, 'previous'],
    [press('/'), false, null],
    [press('Escape'), false, 'close'],
    [press('n', { ctrlKey: true }), true, null],
    [press('f', { ctrlKey: true, altKey: true }), true, null],
    [press('toString'), true, null],
    [press('x'), true, null],
  ] as const)('%j (single keys: %s) is %s', (key, singles, expected) => expect(commandOf(key, singles)).toBe(expected));
});
