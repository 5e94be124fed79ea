import { changeJson } from './client';
import type { SettingsPlan } from './types';

/** Where a project's settings are as a file. */
export function settingsFileUrl(project: number): string {
  return `/api/v1/projects/${project}/settings/file`;
}

/** Sets a project to what a file says; with `dryRun` only tells what that would change. */
export function applySettingsFile(
  project: number,
  file: ArrayBuffer,
  options: { dryRun: boolean; remove: boolean },
): Promise<SettingsPlan> {
  const query = new URLSearchParams({
    dry_run: String(options.dryRun),
    remove: String(options.remove),
  });
  // Byte for byte: what is no text is for the server to refuse.
  const body = new Blob([file], { type: 'application/yaml' });
  return changeJson('PUT', `${settingsFileUrl(project)}?${query}`, body);
}
