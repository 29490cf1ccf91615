import { readFileSync } from 'node:fs';

/** An entry of the package, as `import ... from 'laneway/<name>'` reaches it. */
export interface Entry {
  /** `agent`, of `laneway/agent`. */
  readonly name: string;
  /** Its source, relative to the repository. */
  readonly source: string;
  /** Its compiled declarations, relative to the repository. */
  readonly types: string;
}

type Conditions = Readonly<Record<string, unknown>>;

/** The entries of package.json that have types, in its order. */
export function packageEntries(): readonly Entry[] {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    exports: Readonly<Record<string, string | Conditions>>;
  };
  return Object.entries(exports).flatMap(([path, conditions]) => {
    if (typeof conditions === 'string') return [];
    const types = firstText(conditions['types'] ?? conditions['import'], 'types');
    const source = conditions['laneway-source'];
    if (types === undefined || typeof source !== 'string') return [];
    return [{ name: path.replace('./', ''), source: source.replace('./', ''), types: types.replace('./', '') }];
  });
}

/** A target itself, or the one that nested conditions name. */
function firstText(target: unknown, condition: string): string | undefined {
  if (typeof target === 'string') return target;
  return typeof target === 'object' && target !== null
    ? firstText(Reflect.get(target, condition), condition)
    : undefined;
}
