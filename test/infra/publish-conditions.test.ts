import { LanewayApplication } from 'laneway/cdk';
import type { Topology } from 'laneway/topology';
import { vehicles } from '../../functions/vehicle-maintenance/topology.js';
import { mayPublish } from '../../shared/agent/receive/decode-copy.js';
import { sourceOf } from '../../shared/domain/wire/envelope.js';
import { MessageAcknowledged } from '../../shared/message/system-messages.js';
import { shop } from '../kit/applications/fixture-topology.js';
import { parcels } from '../kit/applications/parcel-topology.js';
import { decide, type PolicyStatement } from '../kit/oracles/policy-evaluator.js';
import {
  folderOfAgents,
  lambdaAgents,
  resourcesOf,
  unbundledApp,
  type Resource,
} from '../kit/stands/synthesized-application.js';

// No local engine knows the condition keys of PutEvents, so that what AWS would decide is decided here, on the policies
// of the template: for every agent and client, under every source and for every message type of the topology.

function synthesized(topology: Topology): Resource[] {
  const agents = folderOfAgents(...lambdaAgents(topology));
  const app = new LanewayApplication(unbundledApp(), 'Test', { topology, agents });
  for (const client of Object.keys(topology.model.clients)) app.client(client);
  return resourcesOf(app);
}

/** Statements of the policies below a construct whose id is `<prefix><name>`, and no other of that beginning. */
function statementsOf(resources: readonly Resource[], prefix: string, name: string): PolicyStatement[] {
  const id = new RegExp(`^(.*[^A-Za-z])?${prefix}${name.replaceAll(/[^A-Za-z0-9]/g, '')}(FunctionRole|Policy|Role)`);
  const own = resources.filter(
    (resource) => ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].includes(resource.type) && id.test(resource.id),
  );
  return own.flatMap(({ properties }) => (properties['PolicyDocument'] as { Statement: PolicyStatement[] }).Statement);
}

describe.each([
  ['the shop', shop],
  ['the parcels', parcels],
  ['the vehicles', vehicles],
])('PutEvents in %s', (_, topology: Topology) => {
  const { model } = topology;
  const resources = synthesized(topology);
  const publishers = [
    ...Object.values(model.agents).map(
      ({ id, runs }) => ({ kind: 'agent', prefix: runs === 'worker' ? 'Worker' : 'Agent', name: id }) as const,
    ),
    ...Object.keys(model.clients).map((name) => ({ kind: 'client', prefix: 'Client', name }) as const),
  ];
  const sources = [
    ...publishers.map(({ kind, name }) => sourceOf(model.name, kind, name)),
    sourceOf(model.name, 'platform', 'replies'),
    sourceOf('another-application', 'agent', 'clerk'),
    'aws.s3',
  ];
  const types = Object.keys(model.types);

  it.each(publishers)('$kind $name publishes its own types under its own source only', ({ kind, prefix, name }) => {
    const statements = statementsOf(resources, prefix, name);
    expect(statements.length).toBeGreaterThan(0);
    const own = sourceOf(model.name, kind, name);
    const acknowledges = model.agents[name]?.subscribes.some((one) => model.channels[one]?.qos.acks === 'message');
    let allowed = 0;
    for (const source of sources) {
      for (const type of types) {
        const keys = { 'events:source': [source], 'events:detail-type': type };
        const declared =
          mayPublish(model, own, type) ||
          (type === MessageAcknowledged.name && kind === 'agent' && acknowledges === true);
        const decision = decide(statements, { action: 'events:PutEvents', keys });
        expect([name, source, type, decision === 'allow']).toEqual([name, source, type, source === own && declared]);
        if (decision === 'allow') allowed++;
      }
    }
    const declares = (kind === 'agent' ? model.agents : model.clients)[name]?.publishes.length ?? 0;
    expect(allowed).toBeGreaterThanOrEqual(declares);
  });

  it.each(publishers)('$kind $name smuggles no foreign entry in beside one of its own', ({ kind, prefix, name }) => {
    const statements = statementsOf(resources, prefix, name);
    const [type = ''] = (kind === 'agent' ? model.agents : model.clients)[name]?.publishes ?? [];
    const own = sourceOf(model.name, kind, name);
    const keys = { 'events:source': [own, sourceOf(model.name, 'platform', 'replies')], 'events:detail-type': type };
    expect(decide(statements, { action: 'events:PutEvents', keys })).not.toBe('allow');
  });
});
