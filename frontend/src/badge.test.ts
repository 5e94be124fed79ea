import { expect, it } from 'vitest';
import { badgeForms } from './badge';

const BADGE = { url: 'https://ci.example.com/badges/acme/web', token: null, default_branch: 'main' };

it('K67: is ready to be pasted', () => {
  expect(badgeForms(BADGE, 'main', '/projects/2/')).toEqual({
    url: 'https://ci.example.com/badges/acme/web/main',
    preview: '/badges/acme/web/main',
    link: 'https://ci.example.com/projects/2/',
    markdown:
      '[![Build status](https://ci.example.com/badges/acme/web/main)](https://ci.example.com/projects/2/)',
    html: '<a href="https://ci.example.com/projects/2/"><img src="https://ci.example.com/badges/acme/web/main" alt="Build status"></a>',
  });
});

it('P33: has any branch in its address', () => {
  const { url, markdown } = badgeForms(BADGE, 'feature/a (b)?#"&', '/projects/2/');
  expect(url).toBe('https://ci.example.com/badges/acme/web/feature/a%20%28b%29%3F%23%22%26');
  expect(markdown).toContain(`(${url})`);
});

it('P33: carries the token of a private project', () => {
  const { url, preview, html } = badgeForms({ ...BADGE, token: 'a&b' }, 'main', '/projects/2/');
  expect(url).toMatch(/\/main\?token=a%26b$/);
  expect(preview).toBe('/badges/acme/web/main?token=a%26b');
  expect(html).toContain(`src="${url}"`);
});
