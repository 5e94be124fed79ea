import { createRequire } from 'node:module';
import path from 'node:path';

const COMPONENT = '#/components/schemas/';

/**
 * Validates values against schemas of the description. These are of OpenAPI 3.0, so they become JSON
 * Schema first, each when it is needed.
 */
export class Schemas {
  #description;
  #ajv;
  /** @type {Map<object, {exact: any, open: any}>} */
  #compiled = new Map();
  #known = new Set();

  /**
   * @param {import('./description.js').Description} description
   * @param {string} folder with ajv in node_modules
   */
  constructor(description, folder) {
    const require = createRequire(path.join(folder, 'package.json'));
    const { default: Ajv } = require('ajv/dist/2019');
    this.#description = description;
    this.#ajv = new Ajv({
      strict: false, allErrors: true, logger: false,
      // For the speed of compiling: most schemas are used a few times only.
      code: { optimize: false }, inlineRefs: false, validateSchema: false, addUsedSchema: false,
    });
    require('ajv-formats').default(this.#ajv);
  }

  /**
   * @param {object} schema of the description
   * @param {unknown} value
   * @param {{exact: boolean}} how exact: fields that the schema does not know are wrong
   * @returns {string[]} what is wrong
   */
  problems(schema, value, { exact }) {
    let compiled = this.#compiled.get(schema);
    if (!compiled) this.#compiled.set(schema, (compiled = { exact: null, open: null }));
    const kind = exact ? 'exact' : 'open';
    compiled[kind] ??= this.#ajv.compile(this.#convert(schema, exact));
    if (compiled[kind](value)) return [];
    return [...new Set(compiled[kind].errors.map(describe))];
  }

  /** @returns {any} */
  #convert(schema, exact) {
    if (Array.isArray(schema)) return schema.map((one) => this.#convert(one, exact));
    if (schema === null || typeof schema !== 'object') return schema;
    if (typeof schema.$ref === 'string') return { $ref: this.#component(schema.$ref, exact) };
    const { nullable, example, examples, ...rest } = schema;
    const converted = Object.fromEntries(Object.entries(rest).map(([keyword, value]) => {
      if (keyword === 'properties' || keyword === 'patternProperties') {
        return [keyword, Object.fromEntries(Object.entries(value).map(
          ([name, inner]) => [name, this.#convert(inner, exact)]))];
      }
      const isData = ['enum', 'default', 'required', 'const'].includes(keyword);
      return [keyword, isData ? value : this.#convert(value, exact)];
    }));
    if (exact && converted.properties && converted.additionalProperties === undefined) {
      converted.unevaluatedProperties = false;
    }
    return nullable === true ? { anyOf: [{ type: 'null' }, converted] } : converted;
  }

  /** Makes a component of the description known under a name of its own. */
  #component(ref, exact) {
    if (!ref.startsWith(COMPONENT)) throw new Error(`${ref} is no schema`);
    const name = `github:${exact ? 'exact' : 'open'}/${ref.slice(COMPONENT.length)}`;
    if (!this.#known.has(name)) {
      this.#known.add(name);
      this.#ajv.addSchema(this.#convert(this.#description.resolve({ $ref: ref }), exact), name);
    }
    return name;
  }
}

function describe({ instancePath, message, params }) {
  const more = params.additionalProperty ?? params.unevaluatedProperty ??
               (params.allowedValues && JSON.stringify(params.allowedValues));
  return `${instancePath || 'the body'} ${message}${more ? `: ${more}` : ''}`;
}
