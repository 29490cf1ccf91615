import { ACCEPTED } from '../../../bench/security/accepted.js';
import { decideAll, possibilities } from '../../../bench/security/matrix.js';
import { POLICY_ATTACKS } from '../../../bench/security/policy-attacks.js';
import { placeOf, places, type Place } from '../../../bench/security/subjects.js';
import { parcels } from '../../kit/applications/parcel-topology.js';
import { applicationOf, folderOfAgents, lambdaAgents } from '../../kit/stands/synthesized-application.js';

// The matrix of docs/security.md, as far as policies decide it: with the credentials of any role of an application.

/** An application with agents that run as workers, whose instances register by themselves. */
const workersPlace = (): Place =>
  placeOf(parcels, applicationOf(parcels, { agents: folderOfAgents(...lambdaAgents(parcels)) }));

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

test.each([
  [
    'who makes requests',
    ':Pending',
    [
      'forge-intent',
      'forge-decision',
      'prewrite-delivery',
      'move-deadline',
      'write-saga',
      'forge-breaker',
      'forge-pause',
    ],
  ],
  [
    'whose instances register',
    ':Instances',
    ['pose-as-instance', 'write-standings', 'forge-later-reply', 'drain-bucket'],
  ],
])('an agent %s, with statements on tables wider than its own rows, is found', async (_, table, attacks) => {
  const found = [...places(), workersPlace()].flatMap((place) =>
    place.subjects
      .filter(({ kind, statements }) => kind === 'agent' && JSON.stringify(statements).includes(table))
      .map((subject) => ({ place, subject })),
  );
  const [first] = found;
  if (!first) throw new Error(`no agent writes into ${table}`);
  const { place: one, subject: agent } = first;
  const widened = agent.statements.map((statement) =>
    /dynamodb:(UpdateItem|PutItem)/.test(JSON.stringify(statement.Action))
      ? { ...statement, Condition: {} }
      : statement,
  );
  const { grave: seen } = await grave([{ ...one, subjects: [{ ...agent, statements: widened }] }]);
  expect(seen.map(({ attack }) => attack)).toEqual(expect.arrayContaining(attacks));
});
