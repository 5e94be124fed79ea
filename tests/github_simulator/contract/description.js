import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/**
 * @typedef {object} Operation
 * @property {string} name such as "GET /repos/{owner}/{repo}"
 * @property {Record<string, any>} parameters by "path NAME" or "query NAME"
 * @property {{required?: boolean, content?: Record<string, any>} | null} body
 * @property {Record<string, any>} responses by status
 */

/** GitHub's published description of its REST API and webhooks (OpenAPI 3.0). */
export class Description {
  #document;
  /** @type {Map<string, {regex: RegExp, names: string[], literal: number, operation: Operation}[]>} */
  #byMethod = new Map();

  /** @param {string} folder with the npm package @octokit/openapi in node_modules */
  constructor(folder) {
    const require = createRequire(path.join(folder, 'package.json'));
    const main = require.resolve('@octokit/openapi');
    const file = path.join(path.dirname(main), 'generated/api.github.com.json');
    this.#document = JSON.parse(fs.readFileSync(file, 'utf8'));
    for (const method of METHODS) this.#byMethod.set(method.toUpperCase(), this.#compile(method));
  }

  /**
   * @param {string} method
   * @param {string} target a path as received, below the API's address
   * @returns {{operation: Operation, params: Record<string, string>} | null}
   */
  find(method, target) {
    for (const { regex, names, operation } of this.#byMethod.get(method) ?? []) {
      const match = regex.exec(target);
      if (!match) continue;
      return { operation, params: Object.fromEntries(
        names.map((name, i) => [name, decodeURIComponent(match[i + 1])])) };
    }
    return null;
  }

  /**
   * The schema of a webhook's payload.
   * @param {string} event
   * @param {string | null} action
   * @returns {object | null}
   */
  event(event, action) {
    const name = [event, ...(action ? [action] : [])].join('-').replaceAll('_', '-');
    const found = this.#document['x-webhooks'][name];
    return found?.post.requestBody.content['application/json'].schema ?? null;
  }

  /** What a reference such as "#/components/schemas/hook" means. @param {any} value */
  resolve(value) {
    if (!value?.$ref) return value;
    return value.$ref.slice(2).split('/').reduce((inner, name) => inner[name], this.#document);
  }

  #compile(method) {
    const found = [];
    for (const [template, item] of Object.entries(this.#document.paths)) {
      const given = item[method];
      if (!given) continue;
      const all = [...item.parameters ?? [], ...given.parameters ?? []].map((p) => this.resolve(p));
      const parameters = Object.fromEntries(all.map((p) => [`${p.in} ${p.name}`, p]));
      const names = [];
      const source = template.replace(/[.+]/g, '\\$&').replace(/\{([^}]+)\}/g, (_, name) => {
        names.push(name);
        return parameters[`path ${name}`]?.['x-multi-segment'] ? '(.+)' : '([^/]+)';
      });
      found.push({
        regex: new RegExp(`^${source}$`), names, literal: template.replace(/\{[^}]+\}/g, '').length,
        operation: { name: `${method.toUpperCase()} ${template}`, parameters,
                     body: this.resolve(given.requestBody) ?? null, responses: given.responses },
      });
    }
    // Where several fit, that with the most of its path spelled out is meant.
    return found.sort((a, b) => b.literal - a.literal);
  }
}
