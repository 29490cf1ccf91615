import { typedKeys } from '../../test/kit/oracles/iam/key-types.js';
import { evaluatePolicies, type PolicyStatement } from '../../test/kit/oracles/iam/policy-evaluator.js';
import { onMinistack } from '../../infra/engines/ministack-conditions.js';
import type { Attack, Attempt, PolicyAttack, Severity } from './attack.js';
import type { Place, Subject } from './subjects.js';

/** Decision on one attack by one subject. */
export interface MatrixCell {
  readonly attack: string;
  /** Application, kind and name. */
  readonly role: string;
  readonly kind: Subject['kind'];
  /** `policies`: decided on the policies as AWS would; `harness`: run. */
  readonly by: 'policies' | 'harness';
  /** Calls or runs that it is made of. */
  readonly tried: number;
  /** Rights, conditions or checks that refuse it; absent where it is possible. */
  readonly refusedBy?: string;
  /** Parts of it that are possible. */
  readonly possible?: readonly string[];
}

/** A possibility that is known: what the work of a role takes, with the harm that is left. */
export interface Accepted {
  readonly attack: string;
  /** Matches the role of a cell. */
  readonly role: RegExp;
  readonly severity: Severity;
  readonly why: string;
}

/** A possibility as the report lists it. */
export interface Possible {
  readonly attack: string;
  readonly role: string;
  readonly severity: Severity;
  readonly why: string;
}

/** Decides every attack for every subject of every place. */
export async function decideAll(
  places: readonly Place[],
  attacks: readonly Attack[],
  progress: (text: string) => void,
): Promise<MatrixCell[]> {
  const cells: MatrixCell[] = [];
  for (const attack of attacks) {
    const before = cells.length;
    if (attack.decidedBy === 'harness')
      for (const one of await attack.run()) cells.push({ ...one, attack: attack.name, by: 'harness', tried: 1 });
    else
      for (const place of places)
        for (const subject of place.subjects) cells.push(...(await decide(attack, subject, place)));
    const possible = cells.slice(before).filter((cell) => cell.possible).length;
    progress(`${attack.name}: ${cells.length - before} cells, ${possible} possible`);
  }
  return cells;
}

/** Decides an attack by calls: refused where every call is. @returns no cell where there is nothing to call */
export async function decide(attack: PolicyAttack, subject: Subject, place: Place): Promise<MatrixCell[]> {
  const attempts = attack.attempts(subject, place);
  if (attempts.length === 0) return [];
  const about = {
    attack: attack.name,
    role: roleOf(subject, place),
    kind: subject.kind,
    by: attack.decidedBy,
  } as const;
  const possible: string[] = [];
  const reasons = new Set<string>();
  for (const attempt of attempts) {
    const reason = await refusalOf(attempt, subject, place);
    if (reason === undefined) possible.push(attempt.what);
    else reasons.add(reason);
  }
  return possible.length > 0
    ? [{ ...about, tried: attempts.length, possible: [...new Set(possible)] }]
    : [{ ...about, tried: attempts.length, refusedBy: [...reasons].sort().join('; ') }];
}

/** Reason for which a call is refused, or undefined where nothing refuses it. */
async function refusalOf(
  attempt: Attempt,
  { principal, statements }: Subject,
  place: Place,
): Promise<string | undefined> {
  const resource = attempt.action === 'events:PutEvents' ? place.policies.busPolicy : [];
  const keys = await typedKeys((attempt.keys as Readonly<Record<string, readonly string[]>> | undefined) ?? {});
  const request = { ...attempt, principal, keys };
  const decision = evaluatePolicies({ identity: statements, resource }, request);
  if (decision === 'allow') return undefined;
  if (decision === 'deny') {
    const isOwn = evaluatePolicies({ identity: statements }, request) === 'deny';
    return isOwn ? `a deny of its own policy` : 'the policy of the bus';
  }
  const unconditional = statements.map(({ Condition: _condition, ...rest }): PolicyStatement => rest);
  const without = evaluatePolicies({ identity: unconditional.filter(({ Effect }) => Effect === 'Allow') }, request);
  const condition = Object.keys(attempt.keys ?? {}).join(', ');
  return without === 'allow' ? `a condition on ${condition || 'the call'}` : `no right to ${attempt.action}`;
}

/** Name of a subject in the report: `vehicle-maintenance agent scheduling`. */
export function roleOf({ kind, name }: Subject, { topology }: Place): string {
  return kind === 'link' ? `${topology.name} ${name}` : `${topology.name} ${kind} ${name}`;
}

/** The place as MiniStack with permissions enforced has it: without the conditions on keys that it does not know, and without the policy of the bus. */
export function onEngine({ topology, policies, subjects }: Place): Place {
  const seen = { busPolicy: [], resources: (type: string) => policies.resources(type) };
  const statements = (all: readonly PolicyStatement[]) => all.flatMap((one): PolicyStatement[] => onMinistack(one));
  return {
    ...{ topology, policies: seen },
    subjects: subjects.map((subject) => ({ ...subject, statements: statements(subject.statements) })),
  };
}

/** Possibilities of the cells, and what is listed as known without being possible. */
export function possibilities(
  cells: readonly MatrixCell[],
  attacks: readonly Attack[],
  accepted: readonly Accepted[],
): { readonly possible: readonly Possible[]; readonly stale: readonly Accepted[] } {
  const used = new Set<Accepted>();
  const possible = cells.flatMap((cell): Possible[] => {
    if (cell.possible === undefined) return [];
    const { attack, role } = cell;
    const known = accepted.find((one) => one.attack === attack && one.role.test(role));
    if (known) used.add(known);
    const severity = known?.severity ?? attacks.find(({ name }) => name === attack)?.severity ?? 'critical';
    return [{ attack, role, severity, why: known?.why ?? `not refused: ${cell.possible.slice(0, 3).join('; ')}` }];
  });
  return { possible, stale: accepted.filter((one) => !used.has(one)) };
}
