import type { Badge } from './api/types';

/** A badge in the forms in which it is pasted elsewhere. */
export interface BadgeForms {
  /** Of the picture. */
  url: string;
  /** The picture's address on this very host, whatever name the browser has for it. */
  preview: string;
  /** What the picture links to. */
  link: string;
  markdown: string;
  html: string;
}

/** Escapes what ends a link in Markdown too, and leaves a branch its slashes. */
function escapeBranch(branch: string): string {
  return encodeURIComponent(branch)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

export function badgeForms(badge: Badge, branch: string, page: string): BadgeForms {
  const query = badge.token ? `?token=${encodeURIComponent(badge.token)}` : '';
  const url = `${badge.url}/${escapeBranch(branch)}${query}`;
  const { origin, pathname, search } = new URL(url);
  const link = origin + page;
  return {
    url,
    preview: pathname + search,
    link,
    markdown: `[![Build status](${url})](${link})`,
    html: `<a href="${escapeHtml(link)}"><img src="${escapeHtml(url)}" alt="Build status"></a>`,
  };
}
