import { signal } from '@preact/signals';
import type { Hook } from '../api/types';

/** The hook that was just added: its project's settings say what to do next. */
export const addedHook = signal<Hook | null>(null);
