import type { Build } from '../api/types';
import { plural } from '../format';

/** What a manual build was given. */
export function Variables({ build: { variables } }: { build: Build }) {
  const all = Object.entries(variables);
  if (all.length === 0) return null;
  return (
    <details class="build-message" data-testid="variables">
      <summary>{plural(all.length, 'variable')}</summary>
      <pre>{all.map(([name, value]) => `${name}=${value}`).join('\n')}</pre>
    </details>
  );
}
