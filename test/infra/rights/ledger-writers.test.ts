import { LanewayApplication } from 'laneway/cdk';
import { ledgerWriters } from '../../../shared/domain/evidence/ledger-writers.js';
import { shop } from '../../kit/applications/fixture-topology.js';
import {
  folderOfAgents,
  lambdaAgents,
  resourcesOf,
  statementsOf,
  unbundledApp,
  type Statement,
} from '../../kit/stands/synthesized-application.js';

// Who may write which rows of the ledger and of the requests, as the roles say it: DynamoDB compares the partition keys
// of a call with the condition (dynamodb:LeadingKeys), on AWS; local engines do not know that key.

const resources = resourcesOf(
  new LanewayApplication(unbundledApp(), 'Test', {
    topology: shop,
    agents: folderOfAgents(...lambdaAgents(shop)),
    approvalLinks: true,
    workflows: [
      {
        name: 'order',
        startedBy: { name: 'OrderPlaced' },
        asl: {
          ...{ Comment: 'ends at once', QueryLanguage: 'JSONata', TimeoutSeconds: 60, StartAt: 'Done' },
          States: { Done: { Type: 'Fail', Error: 'E', Cause: 'C' } },
        },
      },
    ],
  }),
);

const WRITES = /^dynamodb:(PutItem|UpdateItem|DeleteItem|BatchWriteItem|PartiQL\w+)$/;
const ACTS = /^dynamodb:(?!Query$)/;

/** True when a statement lets items of a partition be touched, judged by its keys alone. */
function covers({ Condition: condition = {} }: Statement, partition: string): boolean {
  const keys = (condition as Record<string, Record<string, string[]>>)['ForAllValues:StringLike']?.[
    'dynamodb:LeadingKeys'
  ];
  if (keys === undefined) return true;
  return keys.some((key) => (key.endsWith('*') ? partition.startsWith(key.slice(0, -1)) : partition === key));
}

/** Partitions of `all` that a role may touch by actions that match. */
function reachOf(role: RegExp, table: 'Ledger' | 'Pending', actions: RegExp, all: readonly string[]): string[] {
  const statements = statementsOf(resources, role).filter(
    ({ Effect, Action, Resource }) =>
      Effect === 'Allow' &&
      [Action].flat().some((action) => actions.test(action)) &&
      new RegExp(`${table}[0-9A-F]{8}`).test(JSON.stringify(Resource)),
  );
  return all.filter((partition) => statements.some((statement) => covers(statement, partition)));
}

const writers = ledgerWriters(shop.model);
const ledger = [
  ...writers.map((writer) => `${writer}#conversation-1`),
  ...Object.keys(shop.model.agents).map((agent) => `later#${agent}#Ask`),
  // Keys of which others are a beginning.
  ...['agent.clerk2#conversation-1', 'later#clerk2#Ask', 'conversation-1'],
];

test.each(Object.keys(shop.model.agents))('the agent %s touches its own rows of the ledger and no others', (agent) => {
  const role = new RegExp(`^Agent${agent}`);
  const own = [`agent.${agent}#conversation-1`, `later#${agent}#Ask`];
  expect(reachOf(role, 'Ledger', WRITES, ledger)).toEqual(own);
  expect(reachOf(role, 'Ledger', /^dynamodb:/, ledger)).toEqual(own);
});

test.each(Object.keys(shop.model.clients))(
  'the client %s writes its own rows of the ledger and no others',
  (client) => {
    const role = new RegExp(`^Client${client.replace('-', '')}`);
    expect(reachOf(role, 'Ledger', ACTS, ledger)).toEqual([`client.${client}#conversation-1`]);
  },
);

test('the page that anybody may call writes decisions and what tells of them, and nothing else', () => {
  expect(reachOf(/^ApprovalsPage/, 'Ledger', /^dynamodb:/, ledger)).toEqual(['approval#conversation-1']);
});

test('an ingress writes what ingresses and the platform are about to publish', () => {
  const own = writers.filter((writer) => writer === 'platform' || writer.startsWith('ingress.'));
  expect(reachOf(/^Ingress/, 'Ledger', /^dynamodb:/, ledger)).toEqual(own.map((writer) => `${writer}#conversation-1`));
});

const requests = [
  ...Object.keys(shop.model.agents).map((agent) => `agent.${agent}:1`),
  ...Object.keys(shop.model.clients).map((client) => `client.${client}:1`),
  ...['01a228c4-ea29-7116-9aeb-a6fa52ff0ebe', 'saga#order-1', 'execution#order-1', 'cursor#intents', 'agent.clerk2:1'],
];

test.each(Object.keys(shop.model.agents))(
  'the agent %s touches the records of its own requests at most: no task token, saga or deadline of another',
  (agent) => {
    const makes = shop.model.agents[agent]?.publishes.some((type) => shop.model.types[type]?.reply !== undefined);
    const role = new RegExp(`^Agent${agent}`);
    expect(reachOf(role, 'Pending', /^dynamodb:/, requests)).toEqual(makes === true ? [`agent.${agent}:1`] : []);
  },
);

test('a client touches the records of its own requests, and the page of approvals writes none', () => {
  expect(reachOf(/^Clientwebshop/, 'Pending', /^dynamodb:/, requests)).toEqual(['client.web-shop:1']);
  expect(reachOf(/^ApprovalsPage/, 'Pending', WRITES, requests)).toEqual([]);
});

test('nobody erases rows of the ledger or of the requests', () => {
  const erasing = statementsOf(resources, /./).filter(
    ({ Action, Resource }) =>
      /DeleteItem|BatchWriteItem|PartiQL|dynamodb:\*/.test(JSON.stringify(Action)) &&
      /(Ledger|Pending)[0-9A-F]{8}/.test(JSON.stringify(Resource)),
  );
  expect(erasing).toEqual([]);
});
