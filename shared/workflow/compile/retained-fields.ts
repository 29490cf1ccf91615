import { defined } from '../../domain/base/defined.js';
import type { Json } from '../../domain/base/json.js';
import { keepPathText, type KeepPath } from '../../domain/request/keep-path.js';
import { text } from './expression.js';
import type { NamedSteps, ReceiveStep, RequestStep } from '../record/outline.js';
import type { Refuse } from '../record/references.js';
import { StateBudget } from './state-budget.js';
import { usesIn, type Uses } from '../record/uses.js';

/** Computes the `keep` of each step: the parts of its result that the rest of the workflow uses (`Keep`). */
export class RetainedFields {
  readonly #uses: ReturnType<typeof usesIn>;
  readonly #budget: StateBudget;

  constructor(steps: NamedSteps, refuse: Refuse) {
    this.#uses = usesIn(steps);
    this.#budget = new StateBudget(steps, refuse);
  }

  of(step: RequestStep | ReceiveStep): Json {
    const uses = this.#uses.get(step.origin);
    if (!uses) return {};
    const share = this.#budget.of(step);
    const paths = Object.entries(needed(uses)).flatMap(([purpose, all]) =>
      all.length > 0 ? [[purpose, all.map((path) => text(keepPathText(path)))] as const] : [],
    );
    return { ...Object.fromEntries(paths), ...defined({ share }) };
  }
}

/**
 * Uses without those that others cover: parts of a value that is kept whole by value, and bare presence of a value that
 * is used in part.
 */
function needed({ pass, read, exists }: Uses): Uses {
  const within = (path: KeepPath, whole: KeepPath) => path.length > whole.length && begins(path, whole);
  const unread = (path: KeepPath) => !read.some((whole) => begins(path, whole));
  return {
    pass: pass.filter(unread),
    read: read.filter((path) => !read.some((whole) => within(path, whole))),
    exists: exists.filter(
      (path) =>
        unread(path) &&
        ![...pass, ...read].some((used) => begins(used, path)) &&
        !exists.some((used) => within(used, path)),
    ),
  };
}

function begins(path: KeepPath, beginning: KeepPath): boolean {
  return beginning.every((hop, index) => index < path.length && hop === path[index]);
}
