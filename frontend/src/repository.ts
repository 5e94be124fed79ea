const NAME = /^[\w.-]+$/;
const ADDRESS = /^https?:\/\/[^/]+\/(.*)$/i;

/**
 * The `owner/name` in what somebody typed or pasted: that itself, or the address of the repository,
 * of a page below it, or of its clone. Null if there is none; GitHub says whether it exists.
 */
export function parseRepository(text: string): string | null {
  const typed = text.trim();
  const address = ADDRESS.exec(typed)?.[1]?.replace(/[?#].*$/, '');
  const [owner = '', name = '', ...below] = (address ?? typed).replace(/\/$/, '').split('/');
  if (address === undefined && below.length > 0) return null;
  const bare = name.replace(/\.git$/, '');
  return NAME.test(owner) && NAME.test(bare) ? `${owner}/${bare}` : null;
}
