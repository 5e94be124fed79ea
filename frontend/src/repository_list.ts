import type { Owner, Repository } from './api/types';

/** An owner with those of their repositories that the reader asks for. */
export interface Group {
  owner: Owner;
  repositories: Repository[];
}

interface Entry {
  repository: Repository;
  /** What is searched, in lower case. */
  text: string;
}

/** Finds repositories among thousands while somebody types. */
export class RepositoryList {
  private readonly groups: { owner: Owner; entries: Entry[] }[];

  constructor(owners: Owner[]) {
    this.groups = owners.map((owner) => ({
      owner,
      entries: owner.repositories.map((repository) => ({
        repository,
        text: `${repository.full_name} ${repository.description ?? ''}`.toLowerCase(),
      })),
    }));
  }

  get size(): number {
    return this.groups.reduce((sum, { entries }) => sum + entries.length, 0);
  }

  /** The repositories whose name or description has all words of `filter`; no empty groups. */
  find(filter: string): Group[] {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
    return this.groups
      .map(({ owner, entries }) => ({
        owner,
        repositories: entries
          .filter(({ text }) => words.every((word) => text.includes(word)))
          .map(({ repository }) => repository),
      }))
      .filter(({ repositories }) => repositories.length > 0);
  }
}

/** Cuts a list into pieces of at most `size`. */
export function blocksOf<T>(list: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
