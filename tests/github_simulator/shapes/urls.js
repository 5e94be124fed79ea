/**
 * Every address the simulator names itself by. The base is known once it listens, and is never
 * stored, so a restart on another port leaves no stale addresses behind.
 */
export class Urls {
  /** such as http://127.0.0.1:8081, without a slash at the end */
  web = '';

  /** such as ssh://git@127.0.0.1:2222; null: no SSH here @type {string | null} */
  ssh = null;

  get api() {
    return `${this.web}/api/v3`;
  }

  /** @param {{owner: string, name: string}} repository */
  repository({ owner, name }) {
    return `${this.web}/${owner}/${name}`;
  }

  /** @param {{owner: string, name: string}} repository */
  repositoryApi({ owner, name }) {
    return `${this.api}/repos/${owner}/${name}`;
  }

  /** @param {{owner: string, name: string}} repository */
  clone(repository) {
    return `${this.repository(repository)}.git`;
  }

  /** Without SSH: the address where it would be. @param {{owner: string, name: string}} repository */
  sshClone({ owner, name }) {
    return `${this.ssh ?? `ssh://git@${new URL(this.web).hostname}`}/${owner}/${name}.git`;
  }

  /** @param {{owner: string, name: string}} repository @param {string} sha */
  commit(repository, sha) {
    return `${this.repository(repository)}/commit/${sha}`;
  }
}

/**
 * GitHub's opaque GraphQL ids.
 * @param {string} kind
 * @param {string | number} id
 */
export function nodeId(kind, id) {
  return Buffer.from(`0${kind.length}:${kind}${id}`).toString('base64');
}
