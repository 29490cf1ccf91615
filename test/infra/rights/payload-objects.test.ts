import fc from 'fast-check';
import type { Topology } from 'laneway/topology';
import { vehicles } from '../../../functions/vehicle-maintenance/topology.js';
import { keptPlace, replyPlace, writerPlace } from '../../../shared/domain/wire/payload-keys.js';
import { shop } from '../../kit/applications/fixture-topology.js';
import { parcels } from '../../kit/applications/parcel-topology.js';
import { arbitraryTopology } from '../../kit/generators/arbitrary-topology.js';
import { evaluatePolicies } from '../../kit/oracles/iam/policy-evaluator.js';
import { ResolvedPolicies, type Identity } from '../../kit/oracles/iam/resolved-policies.js';
import { applicationOf, folderOfAgents, lambdaAgents } from '../../kit/stands/synthesized-application.js';

// Who may read and write which objects of the payload bucket: every agent and every client of a topology, against the places of
// every channel and every writer. Conversations are named like channels, writers and kinds as well: ids are free texts, but for
// `/` and `=`.

/** Random topologies; 200 are tried by hand: `LANEWAY_TOPOLOGIES=200`. */
const TOPOLOGIES = Number(process.env['LANEWAY_TOPOLOGIES'] ?? 6);

interface Party {
  readonly writer: string;
  readonly hears: readonly string[];
  readonly identity: Identity;
}

function partiesOf({ model }: Topology, policies: ResolvedPolicies): Party[] {
  return [
    ...Object.values(model.agents).map(({ id, runs, subscribes }) => ({
      ...{ writer: `agent.${id}`, hears: subscribes },
      identity: policies.identity(
        runs === 'worker' ? `/Worker-${id}/Policy/Resource` : `/Agent-${id}/FunctionRole/Resource`,
      ),
    })),
    ...Object.values(model.clients).map(({ id }) => ({
      ...{ writer: `client.${id}`, hears: [] },
      identity: policies.client(id),
    })),
  ];
}

function policiesOf(topology: Topology): ResolvedPolicies {
  return new ResolvedPolicies(applicationOf(topology, { agents: folderOfAgents(...lambdaAgents(topology)) }));
}

/** Objects that a party may act on, of all that there could be. */
function reach({ identity: { statements, principal } }: Party, action: string, keys: readonly string[]): string[] {
  const [bucket = ''] = statements
    .flatMap(({ Resource }) => Resource ?? [])
    .flatMap((arn) => /^([^/]*Payloads[^/]*)\//.exec(arn)?.[1] ?? []);
  if (bucket === '') throw new Error('the party has no payloads');
  return keys.filter(
    (key) =>
      evaluatePolicies({ identity: statements }, { action, resource: `${bucket}/${key}`, principal }) === 'allow',
  );
}

const escaped = (text: string) => text.replace(/[.]/g, '\\.');

function checkTopology(topology: Topology): void {
  const parties = partiesOf(topology, policiesOf(topology));
  const channels = Object.keys(topology.model.channels);
  const writers = [...parties.map(({ writer }) => writer), 'platform', 'approval', 'agent.nobody'];
  const conversations = ['conversation', ...channels.slice(0, 2), ...writers.slice(0, 2), 'channel', 'emissions'];
  const keys = [
    ...channels.flatMap((channel) =>
      writers.flatMap((writer) => conversations.map((one) => `${writerPlace(channel, writer, one)}/digest.json`)),
    ),
    ...writers.flatMap((writer) => [
      ...(['emissions', 'letters', 'state'] as const).map((kind) => `${keptPlace(writer, kind, 'c')}/digest.json`),
      ...writers.map((requester) => `${replyPlace(requester, writer, 'c')}/digest.json`),
    ]),
    ...['channel=any/digest.json', 'platform', 'anything'],
  ];
  for (const party of parties) {
    const { writer, hears } = party;
    const isAgent = writer.startsWith('agent.');
    const emitted = isAgent ? escaped(writer) : '[^/]+';
    const read = reach(party, 's3:GetObject', keys);
    const replies = isAgent ? '' : `|platform/replies=${escaped(writer)}/`;
    const mayRead = new RegExp(
      `^([^/]+/channel=(${hears.map(escaped).join('|') || '-'})/|${emitted}/kept=emissions/${replies})`,
    );
    expect(read.filter((key) => !mayRead.test(key))).toEqual([]);
    expect(read.filter((key) => key.includes('/channel='))).toHaveLength(
      hears.length * writers.length * conversations.length,
    );
    const written = reach(party, 's3:PutObject', keys);
    const mayWrite = new RegExp(`^${escaped(writer)}/${isAgent ? '' : 'channel='}`);
    expect(written.filter((key) => !mayWrite.test(key))).toEqual([]);
    // Of the channels on which it does not publish nobody believes a reference of its: what it writes there is read by nobody.
    expect(written.filter((key) => key.includes('/channel='))).toHaveLength(channels.length * conversations.length);
    for (const action of ['s3:ListBucket', 's3:DeleteObject', 's3:GetObjectVersion'])
      expect(reach(party, action, keys)).toEqual([]);
  }
}

test.each([
  ['the fixture shop', shop],
  ['parcels', parcels],
  ['vehicle maintenance', vehicles],
])('in %s, each reads the channels that it hears and writes under its own name', (_, topology: Topology) => {
  checkTopology(topology);
});

test('so it is in random topologies', () => {
  for (const topology of fc.sample(arbitraryTopology(4, 1, 2), TOPOLOGIES)) checkTopology(topology);
}, 1_200_000);
