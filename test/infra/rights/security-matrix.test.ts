import { ACCEPTED } from '../../../bench/security/accepted.js';
import { decideAll, possibilities } from '../../../bench/security/matrix.js';
import { POLICY_ATTACKS } from '../../../bench/security/policy-attacks.js';
import { places, type Place } from '../../../bench/security/subjects.js';

// The matrix of docs/security.md, as far as policies decide it: with the credentials of any role of an application.

/** Possibilities of severity high or critical. */
async function grave(found: readonly Place[]) {
  const cells = await decideAll(found, POLICY_ATTACKS, () => undefined);
  const { possible, stale } = possibilities(cells, POLICY_ATTACKS, ACCEPTED);
  return { cells, stale, grave: possible.filter(({ severity }) => severity === 'critical' || severity === 'high') };
}

test('of the example and of a shop, every attack is refused to every role, but for what is known and not grave', async () => {
  const found = await grave(places());
  expect(found.grave).toEqual([]);
  const policies = new Set(POLICY_ATTACKS.map(({ name }) => name));
  expect(found.stale.filter(({ attack }) => policies.has(attack))).toEqual([]);
  expect(found.cells.length).toBeGreaterThan(900);
});

test('an agent whose statements on tables are wider than its own rows is found', async () => {
  const [, one] = places();
  if (!one) throw new Error('one application');
  const agent = one.subjects.find(
    ({ kind, statements }) => kind === 'agent' && JSON.stringify(statements).includes(':Pending'),
  );
  if (!agent) throw new Error('no agent makes requests');
  const widened = agent.statements.map((statement) =>
    JSON.stringify(statement.Action).includes('dynamodb:UpdateItem') ? { ...statement, Condition: {} } : statement,
  );
  const { grave: seen } = await grave([{ ...one, subjects: [{ ...agent, statements: widened }] }]);
  expect(seen.map(({ attack }) => attack)).toEqual(
    expect.arrayContaining(['forge-intent', 'forge-decision', 'prewrite-delivery', 'move-deadline', 'write-saga']),
  );
});
