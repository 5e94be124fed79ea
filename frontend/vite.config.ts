import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

export default defineConfig({
  // Vite's own JSX transform; no compiler plugin.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  define: { __VERSION__: JSON.stringify(version) },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: { polyfill: false },
    // Everything is a file of its own: the content security policy allows no inlined code.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // For scripts/check_budgets.mjs.
    manifest: true,
    // The entry names every chunk, so that each character of a hash weighs.
    rolldownOptions: { output: { chunkFileNames: 'assets/[name]-[hash:6].js' } },
  },
  server: { proxy: { '^/(api|_auth|_hooks|badges|logout|dev)/': 'http://127.0.0.1:8090' } },
  test: { include: ['src/**/*.test.ts'], environment: 'node', testTimeout: 20_000 },
});
