import { Stack } from 'aws-cdk-lib';
import fc from 'fast-check';
import type { Topology } from 'laneway/topology';
import { lanesOf } from '../../../infra/constructs/queues/mailbox.js';
import { directReceivers } from '../../../shared/topology/direct-receivers.js';
import { bank } from '../../kit/attacks/bank-world.js';
import { shop } from '../../kit/applications/fixture-topology.js';
import { parcels } from '../../kit/applications/parcel-topology.js';
import { arbitraryTopology } from '../../kit/generators/arbitrary-topology.js';
import { evaluatePolicies } from '../../kit/oracles/iam/policy-evaluator.js';
import { ResolvedPolicies, resolvedText, type Identity } from '../../kit/oracles/iam/resolved-policies.js';
import { applicationOf, folderOfAgents, lambdaAgents } from '../../kit/stands/synthesized-application.js';

// A lane of the bus takes messages of the bus, and of those that put copies back. An agent that could send into one would
// write what the bus says of a sender.

const TOPOLOGIES = Number(process.env['LANEWAY_TOPOLOGIES'] ?? 12);

interface Lane {
  readonly agent: string;
  readonly direct: boolean;
  readonly arn: string;
}

function sends({ statements, principal }: Identity, { arn }: Lane): boolean {
  const request = { action: 'sqs:SendMessage', resource: arn, principal };
  return evaluatePolicies({ identity: statements }, request) === 'allow';
}

/** Lanes that each agent and client may send into, and those into which the topology lets it; by platform function the kinds. */
function sendersIn(topology: Topology) {
  const application = applicationOf(topology, { agents: folderOfAgents(...lambdaAgents(topology)) });
  const policies = new ResolvedPolicies(application);
  const lanes = Object.keys(topology.model.agents).flatMap((agent): Lane[] =>
    lanesOf(application.mailbox(agent)).map(({ queue, direct }) => ({
      ...{ agent, direct },
      arn: resolvedText(Stack.of(queue).resolve(queue.queueArn)),
    })),
  );
  const { agents, clients } = topology.model;
  const publishers = [
    ...Object.values(agents).map((one) => ({
      one,
      end: `/${one.runs === 'worker' ? `Worker-${one.id}/Policy` : `Agent-${one.id}/FunctionRole`}/Resource`,
    })),
    ...Object.values(clients).map((one) => ({ one, end: `/Client-${one.id}/Policy/Resource` })),
  ];
  const wrong = publishers.flatMap(({ one, end }) => {
    const receivers = directReceivers(topology.model, one);
    return lanes
      .filter((lane) => sends(policies.identity(end), lane) !== (lane.direct && receivers.includes(lane.agent)))
      .map(({ agent, direct }) => [end, agent, direct]);
  });
  const platform = policies.roles
    .filter(({ path }) => !/\/(Agent|Worker|Client)-/.test(path))
    .flatMap((role) =>
      lanes.filter((lane) => !lane.direct && sends(role, lane)).map(() => role.path.split('/').at(-2)),
    );
  return { wrong, lanes, intoBusLanes: [...new Set(platform)] };
}

it.each([
  ['the bank', bank],
  ['the shop', shop],
  ['the parcels', parcels],
])('in %s, agents and clients send into direct lanes of their receivers and nowhere else', (_, topology: Topology) => {
  const { wrong, lanes, intoBusLanes } = sendersIn(topology);
  expect(new Set(lanes.map(({ direct }) => direct))).toEqual(new Set([true, false]));
  expect(wrong).toEqual([]);
  // Only the drain puts copies back.
  expect(intoBusLanes).toEqual(['DeadLettersRole']);
});

it('in random topologies', () => {
  for (const topology of fc.sample(arbitraryTopology(4, 1, 2), TOPOLOGIES))
    expect(sendersIn(topology).wrong).toEqual([]);
}, 600_000);
