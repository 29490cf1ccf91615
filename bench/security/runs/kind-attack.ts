import type { Severity } from '../attack.js';
import type { SubjectKind } from '../subjects.js';

/** An attack with messages, rows or objects, which code has to refuse: it is run in the harness, once for each kind of role. */
export interface KindAttack {
  /** kebab-case. */
  readonly name: string;
  /** Aim of the attacker, as a sentence. */
  readonly title: string;
  /** Harm where nothing refuses it. */
  readonly severity: Severity;
  readonly decidedBy: 'harness';
  /** Kinds of those who can try it. The code that refuses knows no other difference between roles. */
  readonly by: readonly SubjectKind[];
  /** Tries it in the part of a taken role of a kind. @throws Error where the deed does not work for whom it is meant either */
  readonly run: (subject: { readonly kind: SubjectKind }) => Promise<KindResult>;
}

/** Outcome of an attack by a kind of role: what refused it, or what it achieved. */
export type KindResult = { readonly refused: string } | { readonly possible: string };

/** The outcome of an attack: what it achieved, where that is a text, else what refused it. */
export function outcomeOf(achieved: string | false | undefined, refusedBy: string): KindResult {
  return achieved === false || achieved === undefined ? { refused: refusedBy } : { possible: achieved };
}
