/**
 * GitHub's `page` and `per_page`, with its `Link` header.
 * @template T
 * @param {import('./request.js').Request} request
 * @param {T[]} items
 * @param {string} base the address in front of the request's path
 * @returns {{items: T[], headers: Record<string, string>}}
 */
export function paginate(request, items, base) {
  const perPage = perPageOf(request);
  const page = Math.max(1, integer(request.query.get('page'), 1));
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const link = (rel, number) => linkTo(request, base, rel, { page: String(number) });
  const links = [];
  if (page > 1) links.push(link('prev', Math.min(page - 1, last)));
  if (page < last) links.push(link('next', page + 1), link('last', last));
  if (page > 1) links.push(link('first', 1));
  return {
    items: items.slice((page - 1) * perPage, page * perPage),
    headers: links.length > 0 ? { link: links.join(', ') } : {},
  };
}

/**
 * Pagination by a cursor, here the id of the last item of the page before.
 * @template {{id: number}} T
 * @param {import('./request.js').Request} request
 * @param {T[]} items newest first
 * @param {string} base
 * @returns {{items: T[], headers: Record<string, string>}}
 */
export function paginateByCursor(request, items, base) {
  const perPage = perPageOf(request);
  const cursor = integer(request.query.get('cursor'), Infinity);
  const rest = items.filter(({ id }) => id < cursor);
  const page = rest.slice(0, perPage);
  const more = rest.length > page.length;
  return {
    items: page,
    headers: more
      ? { link: linkTo(request, base, 'next', { cursor: String(page[page.length - 1].id) }) }
      : {},
  };
}

function perPageOf(request) {
  return Math.min(100, Math.max(1, integer(request.query.get('per_page'), 30)));
}

function linkTo(request, base, rel, parameters) {
  const query = new URLSearchParams(request.query);
  for (const [name, value] of Object.entries(parameters)) query.set(name, value);
  return `<${base}${request.linkPath ?? request.path}?${query}>; rel="${rel}"`;
}

function integer(text, otherwise) {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : otherwise;
}
