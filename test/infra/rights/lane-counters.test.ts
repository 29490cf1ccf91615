import { Stack } from 'aws-cdk-lib';
import type { Topology } from 'laneway/topology';
import { lanesOf } from '../../../infra/constructs/queues/mailbox.js';
import { workshopWith } from '../../kit/applications/workshop-topology.js';
import { evaluatePolicies } from '../../kit/oracles/iam/policy-evaluator.js';
import { ResolvedPolicies, resolvedText } from '../../kit/oracles/iam/resolved-policies.js';
import { applicationOf, folderOfAgents, lambdaAgents } from '../../kit/stands/synthesized-application.js';

/** Agents whose lanes a role may count besides its own, by the path of the role. */
function countersIn(topology: Topology): Record<string, string[]> {
  const application = applicationOf(topology, { agents: folderOfAgents(...lambdaAgents(topology)) });
  const policies = new ResolvedPolicies(application);
  const lanes = Object.keys(topology.model.agents).flatMap((agent) =>
    lanesOf(application.mailbox(agent)).map(({ queue }) => ({
      agent,
      arn: resolvedText(Stack.of(queue).resolve(queue.queueArn)),
    })),
  );
  const identities = [
    ...policies.roles.map((role) => ({ name: role.path, ...role })),
    { name: 'counter', ...policies.identity('/Client-counter/Policy/Resource') },
  ];
  const found = identities.map(({ name, statements, principal }) => {
    const counted = lanes.filter(({ arn }) => {
      const request = { action: 'sqs:GetQueueAttributes', resource: arn, principal };
      return evaluatePolicies({ identity: statements }, request) === 'allow';
    });
    return [
      name,
      [...new Set(counted.map(({ agent }) => agent))].filter((agent) => !name.includes(`Agent-${agent}/`)),
    ] as const;
  });
  return Object.fromEntries(found.filter(([, agents]) => agents.length > 0));
}

const workers = ['allrounder', 'painter', 'apprentice', 'smith'];

it('lets whoever chooses by standings count the lanes of those that it chooses among, and nobody else', () => {
  const counters = countersIn(workshopWith('score'));
  expect(counters['counter']).toEqual(workers);
  expect(Object.entries(counters).find(([name]) => name.includes('Agent-desk/'))?.[1]).toEqual(workers);
  for (const worker of workers)
    expect(
      Object.entries(counters)
        .filter(([name]) => name.includes(`Agent-${worker}/`))
        .flatMap(([, agents]) => agents),
    ).toEqual([]);
});

it('gives nobody the right where no channel looks at standings', () => {
  const before = countersIn(workshopWith('first'));
  expect(countersIn(workshopWith('round-robin'))).toEqual(before);
  expect(before['counter']).toBeUndefined();
});

it('lets whoever chooses query the registry for those that it chooses among, and write nothing there', () => {
  const application = applicationOf(workshopWith('score'), {
    agents: folderOfAgents(...lambdaAgents(workshopWith('score'))),
  });
  const policies = new ResolvedPolicies(application);
  const { statements, principal } = policies.identity('/Client-counter/Policy/Resource');
  const { registryTable } = application.stacks.state;
  const resource = resolvedText(Stack.of(registryTable).resolve(registryTable.tableArn));
  const may = (action: string, partition: string): boolean =>
    evaluatePolicies(
      { identity: statements },
      { action: `dynamodb:${action}`, resource, principal, keys: { 'dynamodb:LeadingKeys': [partition] } },
    ) === 'allow';
  for (const worker of workers)
    expect([may('Query', `agent.${worker}`), may('Query', `word.${worker}`)]).toEqual([true, true]);
  expect([may('Query', 'health'), may('Query', 'agent.desk'), may('Query', 'word.desk')]).toEqual([true, false, false]);
  for (const partition of ['health', 'agent.smith', 'word.smith'])
    expect(['PutItem', 'UpdateItem', 'DeleteItem'].filter((action) => may(action, partition))).toEqual([]);
});
