import { signal } from '@preact/signals';

/** What was last done, for the reader to know that it was. */
export const toast = signal<{ text: string } | null>(null);

/** Tells the reader that something has been done, wherever they go next. */
export function say(text: string): void {
  toast.value = { text };
}
