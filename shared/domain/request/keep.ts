import { Buffer } from 'node:buffer';
import { keepPathOf, type KeepPath } from './keep-path.js';

/**
 * Parts of a step's result that its execution keeps: those that the definition uses. They are computed from the
 * definition and travel with the step, paths as text (`keepPathText`). The value keeps its shape: an unused field is
 * left out, and an unused element of a list is `{}`, so that the others keep their places.
 */
export interface Keep {
  /** Paths to values that are only passed on, by later messages or as a result; they may travel by reference. */
  readonly pass?: readonly string[];
  /** Paths to values that the state machine itself looks at; they travel by value. */
  readonly read?: readonly string[];
  /** Paths to values that only have to be there. */
  readonly exists?: readonly string[];
  /** Number of values of this step's size that come together in one place of the execution's state. @defaultValue 1 */
  readonly share?: number;
}

/** Part of a kept value that may be replaced by a reference. */
export interface Leaf {
  readonly value: unknown;
  replace(by: unknown): void;
}

/** The part of a value that is kept. */
export interface KeptPart {
  /** The part as it is now, replacements included. */
  readonly value: unknown;
  readonly leaves: readonly Leaf[];
  /** Values that the state machine looks at, which stay by value. */
  readonly looked: readonly Leaf[];
  /** Values that cannot be replaced, the longest first: `parts` (a list of which each element is needed), `title`. */
  fixed(): readonly { readonly name: string; readonly bytes: number }[];
}

type Purpose = 'pass' | 'read' | 'exists';

interface Use {
  readonly purpose: Purpose;
  readonly path: KeepPath;
}

/** Cuts a value down to the part that is kept. The two share their contents where possible, so that neither may be changed. */
export function keptPart(value: unknown, keep: Keep): KeptPart {
  const uses = (['pass', 'read', 'exists'] as const).flatMap((purpose) =>
    (keep[purpose] ?? []).map((text): Use => ({ purpose, path: keepPathOf(text) })),
  );
  const cut = new Cut();
  const whole: { value?: unknown } = {};
  cut.grow(whole, 'value', value, uses, '');
  return {
    get value() {
      return whole.value ?? {};
    },
    leaves: cut.leaves,
    looked: cut.looked,
    fixed: () =>
      cut.fixed
        .map(({ name, value: part }) => ({ name: name || 'the whole', bytes: jsonBytes(part) }))
        .sort((a, b) => b.bytes - a.bytes),
  };
}

/** Bytes of a value as JSON. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

class Cut {
  readonly leaves: Leaf[] = [];
  readonly looked: Leaf[] = [];
  readonly fixed: { readonly name: string; readonly value: unknown }[] = [];

  grow(holder: object, key: string | number, value: unknown, uses: readonly Use[], name: string): void {
    if (uses.length === 0 || value === undefined) return;
    const ending = uses.filter(({ path }) => path.length === 0);
    const deeper = uses.filter(({ path }) => path.length > 0);
    if (ending.some(({ purpose }) => purpose === 'read')) {
      set(holder, key, value);
      this.fixed.push({ name, value });
      this.looked.push({ value, replace: (by) => set(holder, key, by) });
      return;
    }
    const passed = ending.some(({ purpose }) => purpose === 'pass');
    if (typeof value !== 'object' || value === null || (passed && deeper.length === 0)) {
      set(holder, key, value);
      this.leaves.push({ value, replace: (by) => set(holder, key, by) });
    } else if (deeper.length === 0) {
      set(holder, key, {});
    } else if (Array.isArray(value)) {
      this.#list(holder, key, value, deeper, passed, name);
    } else {
      this.#object(holder, key, value, deeper, passed, name);
    }
  }

  #list(holder: object, key: string | number, list: unknown[], deeper: readonly Use[], all: boolean, name: string) {
    const out: unknown[] = list.map(() => ({}));
    set(holder, key, out);
    this.fixed.push({ name, value: out });
    for (const [index, element] of list.entries()) {
      const uses = deeper.flatMap((use): Use[] => {
        const [head] = use.path;
        // In JSONata a field of a list is the field of each of its elements.
        if (typeof head === 'string') return [use];
        return head === null || head === index || head === index - list.length ? [onward(use)] : [];
      });
      this.grow(out, index, element, all ? [...uses, PASSED] : uses, `${name}[${index}]`);
    }
  }

  #object(holder: object, key: string | number, value: object, deeper: readonly Use[], all: boolean, name: string) {
    // In JSONata an element of a value that is no list is the value itself.
    if (deeper.some(({ path }) => typeof path[0] !== 'string')) {
      const uses = deeper.map((use) => (typeof use.path[0] === 'string' ? use : onward(use)));
      this.grow(holder, key, value, all ? [...uses, PASSED] : uses, name);
      return;
    }
    const out = {};
    set(holder, key, out);
    for (const [field, part] of Object.entries(value)) {
      const uses = deeper.filter(({ path }) => path[0] === field).map(onward);
      this.grow(out, field, part, all ? [...uses, PASSED] : uses, name === '' ? field : `${name}.${field}`);
    }
  }
}

const PASSED: Use = { purpose: 'pass', path: [] };

function onward({ purpose, path }: Use): Use {
  return { purpose, path: path.slice(1) };
}

/** Sets a field, also one with the name of an inherited member such as `__proto__`. */
function set(holder: object, key: string | number, value: unknown): void {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}
