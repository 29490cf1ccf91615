import { Stack } from 'aws-cdk-lib';
import { event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';
import { lanesOf } from '../../../infra/constructs/queues/mailbox.js';
import { EMERGENCY_KEY } from '../../../shared/aws/dynamo/emergency/emergency-key.js';
import { evaluatePolicies } from '../../kit/oracles/iam/policy-evaluator.js';
import { ResolvedPolicies, resolvedText } from '../../kit/oracles/iam/resolved-policies.js';
import { applicationOf, folderOfAgents, lambdaAgents } from '../../kit/stands/synthesized-application.js';

const Note = event('Note', z.object({}));
const Seen = event('Seen', z.object({}));

/** A tower with a direct channel to each agent, beside the lanes by which they hear of emergencies. */
const tower = defineTopology('tower', {
  emergency: true,
  channels: {
    notes: { carries: [Note], qos: { from: 'standard', delivery: 'direct' } },
    sights: { carries: [Seen] },
  },
  agents: {
    keeper: { subscribes: ['notes', 'sights'] },
    boat: { subscribes: ['notes'], publishes: [Note], runs: 'worker' },
    clerk: { subscribes: ['sights'], publishes: [Note] },
  },
  clients: { desk: { publishes: [Note] }, gate: { publishes: [Seen] } },
  ingress: { camera: { pattern: { source: ['com.camera'] }, as: Seen, map: () => ({}) } },
});

const application = applicationOf(tower, { agents: folderOfAgents(...lambdaAgents(tower)) });
const policies = new ResolvedPolicies(application);

/** Constructs of those who may do something: agents, clients, and the platform's functions. */
function allowed(request: { readonly action: string; readonly resource: string; readonly keys?: object }): string[] {
  const everybody = [...policies.roles, ...policies.managedPolicies];
  return everybody
    .filter(({ statements, principal }) => {
      const asked = { ...request, principal, keys: { ...request.keys } };
      return evaluatePolicies({ identity: statements }, asked) === 'allow';
    })
    .map(({ path }) => path.split('/').slice(1, -1).join('/'))
    .sort();
}

const ledger =
  [...policies.resources('AWS::DynamoDB::Table'), ...policies.resources('AWS::DynamoDB::GlobalTable')].find(
    ({ path }) => /Ledger/.test(path),
  )?.texts[0] ?? '';
const record = { 'dynamodb:LeadingKeys': [EMERGENCY_KEY.pk] };

function senders(isMeant: (key: string) => boolean): string[] {
  const lanes = Object.keys(tower.model.agents).flatMap((agent) => lanesOf(application.mailbox(agent)));
  const arns = lanes
    .filter(({ key }) => isMeant(key))
    .map(({ queue }) => resolvedText(Stack.of(queue).resolve(queue.queueArn)));
  return [...new Set(arns.flatMap((resource) => allowed({ action: 'sqs:SendMessage', resource })))].sort();
}

const AGENTS = ['Agents/Agent-clerk/FunctionRole', 'Agents/Agent-keeper/FunctionRole', 'Agents/Worker-boat/Policy'];
const CLIENTS = ['Messaging/Client-desk/Policy', 'Messaging/Client-gate/Policy'];

test('into the lanes of emergencies nobody may send who may send into others of the same agents', () => {
  const platform = ['Agents/DeadLettersRole', 'Agents/SweeperRole'];
  expect(senders((key) => key === 'direct-normal')).toEqual(
    [
      'Agents/Agent-clerk/FunctionRole',
      'Agents/Worker-boat/Policy',
      'Messaging/Client-desk/Policy',
      ...platform,
    ].sort(),
  );
  expect(senders((key) => key === 'direct-critical')).toEqual(platform);
});

test('every agent and client and the ingress read the record; none of them writes it', () => {
  const on = (action: string) => allowed({ action: `dynamodb:${action}`, resource: ledger, keys: record });
  expect(on('GetItem')).toEqual([...AGENTS, ...CLIENTS, 'Agents/IngressRole', 'Agents/SweeperRole'].sort());
  // The sweeper writes rows of everybody; operators have no role of the application.
  for (const action of ['PutItem', 'UpdateItem']) expect(on(action)).toEqual(['Agents/SweeperRole']);
  for (const action of ['DeleteItem', 'BatchWriteItem']) expect(on(action)).toEqual([]);
});
