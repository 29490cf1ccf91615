import type { PolicyRequest } from '../../test/kit/oracles/iam/policy-evaluator.js';
import type { Place, Subject } from './subjects.js';

/** Harm of an attack that works. */
export type Severity = 'critical' | 'high' | 'medium' | 'low';

/** One call that an attacker makes with the credentials of a subject. */
export interface Attempt extends Pick<PolicyRequest, 'action' | 'resource' | 'keys'> {
  /** Effect in a few words, which the matrix says where it is possible. */
  readonly what: string;
}

/** Parts of every attack. */
interface Named {
  /** kebab-case. */
  readonly name: string;
  /** Aim of the attacker, as a sentence. */
  readonly title: string;
  /** Harm where nothing refuses it. */
  readonly severity: Severity;
}

/** An attack by calls of AWS, which policies decide. */
export interface PolicyAttack extends Named {
  readonly decidedBy: 'policies';
  /** Calls that it consists of; none where the subject has nothing to attack by it. */
  attempts(subject: Subject, place: Place): readonly Attempt[];
}

/** An attack with messages, rows or objects that a role may write, which code decides: it is run in the harness. */
export interface RunAttack extends Named {
  readonly decidedBy: 'harness';
  /** Tries it with each role that can. */
  readonly run: () => Promise<readonly Tried[]>;
}

/** Outcome of an attack that was run with one role. */
export interface Tried {
  /** Application, kind and name. */
  readonly role: string;
  readonly kind: Subject['kind'];
  /** Check that refused it; absent where it succeeded. */
  readonly refusedBy?: string;
  /** Harm that was done. */
  readonly possible?: readonly string[];
}

/** An attack: a row of the matrix. */
export type Attack = PolicyAttack | RunAttack;
