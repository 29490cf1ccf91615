import type { SubjectKind } from '../subjects.js';
import { ATTACKS_BY_LINKS } from './attacks-by-links.js';
import { ATTACKS_BY_OWN_ROWS } from './attacks-on-agents.js';
import { ATTACKS_BY_MESSAGES } from './attacks-by-messages.js';
import { ATTACKS_ON_REQUESTS } from './attacks-on-requests.js';
import { ATTACKS_ON_STORED } from './attacks-on-stored.js';
import type { KindAttack } from './kind-attack.js';

/** An attack that was tried with one role. */
interface TriedRole {
  readonly role: string;
  readonly kind: SubjectKind;
  readonly refusedBy?: string;
  readonly possible?: readonly string[];
}

/** Attacks that are run in the harness, each with every kind of role that can try it. */
export const HARNESS_ATTACKS = [
  ...ATTACKS_ON_REQUESTS,
  ...ATTACKS_BY_MESSAGES,
  ...ATTACKS_ON_STORED,
  ...ATTACKS_BY_OWN_ROWS,
  ...ATTACKS_BY_LINKS,
].map((attack) => ({ ...attack, run: () => Promise.all(attack.by.map((kind) => tried(attack, kind))) }));

async function tried(attack: KindAttack, kind: SubjectKind): Promise<TriedRole> {
  const result = await attack.run({ kind });
  const role = `mint ${kind}`;
  return 'refused' in result ? { role, kind, refusedBy: result.refused } : { role, kind, possible: [result.possible] };
}
