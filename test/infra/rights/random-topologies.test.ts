import fc from 'fast-check';
import type { Topology } from 'laneway/topology';
import { decide } from '../../../bench/security/matrix.js';
import { POLICY_ATTACKS } from '../../../bench/security/policy-attacks.js';
import { FAILS, placeOf, type Place, type Subject } from '../../../bench/security/subjects.js';
import { arbitraryTopology } from '../../kit/generators/arbitrary-topology.js';
import { applicationOf, folderOfAgents, lambdaAgents } from '../../kit/stands/synthesized-application.js';

// One taken role is one role, whatever the topology: what AWS would decide, on the policies of the stacks.

/** Random topologies; 200 are tried by hand: `LANEWAY_TOPOLOGIES=200`. */
const TOPOLOGIES = Number(process.env['LANEWAY_TOPOLOGIES'] ?? 6);

/** Rows of another that would be written or erased. */
const ON_ROWS = [
  'forge-intent',
  'forge-decision',
  'prewrite-delivery',
  'move-deadline',
  'write-saga',
  'erase-rows',
  'scan-tables',
  'pose-as-instance',
  'write-standings',
  'forge-breaker',
  'forge-later-reply',
  'forge-pause',
  'drain-bucket',
];
/** Queues, objects and sources of another. */
const BESIDE_ROWS = [
  'publish-as-platform',
  'publish-as-another',
  'forge-dead-letter',
  'write-into-lane',
  'take-from-lane',
  'list-payloads',
  'erase-payloads',
  'read-unheard-payload',
  'read-kept-texts',
  'overwrite-payload',
];
const attacks = POLICY_ATTACKS.filter(({ name }) => [...ON_ROWS, ...BESIDE_ROWS].includes(name));

const isTaken = ({ kind }: Subject): boolean => kind !== 'platform' && kind !== 'workflow';

function placeFor(topology: Topology): Place {
  const agents = folderOfAgents(...lambdaAgents(topology));
  // The page of approvals stands where a workflow does, and a workflow is started over the bus.
  const { channels } = topology.model;
  const onBus = Object.values(channels).find(({ name, qos }) => /^c\d/.test(name) && qos.delivery === 'bus');
  const [type] = onBus?.carries ?? [];
  if (type === undefined) return placeOf(topology, applicationOf(topology, { agents }));
  const workflows = [{ name: 'any', startedBy: { name: type }, byHand: true, asl: FAILS }];
  return placeOf(topology, applicationOf(topology, { agents, workflows, approvalLinks: true }));
}

/** Attacks that work in a topology, and the number of calls that were tried. */
async function tryAll(topology: Topology): Promise<{ readonly works: unknown[]; readonly calls: number }> {
  const place = placeFor(topology);
  const works: unknown[] = [];
  let calls = 0;
  for (const subject of place.subjects.filter(isTaken))
    for (const attack of attacks) {
      for (const cell of [await decide(attack, subject, place)].flat()) {
        calls += cell?.tried ?? 0;
        if (cell?.possible) works.push([attack.name, cell.role, cell.possible]);
      }
    }
  return { works, calls };
}

it('knows all of its attacks by name', () => {
  expect(attacks.map(({ name }) => name).sort()).toEqual([...ON_ROWS, ...BESIDE_ROWS].sort());
});

it('with the credentials of one agent, client, publisher or page nothing of another is written, erased or sent', async () => {
  const topologies = fc.sample(arbitraryTopology(4, 1, 2), TOPOLOGIES);
  for (const topology of topologies) {
    const { works, calls } = await tryAll(topology);
    expect(works).toEqual([]);
    expect(calls).toBeGreaterThan(100);
  }
}, 1_800_000);
