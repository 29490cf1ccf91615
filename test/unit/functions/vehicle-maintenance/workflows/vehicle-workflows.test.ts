import { readFileSync } from 'node:fs';
import { describeWorkflow, type WorkflowDefinition } from 'laneway/workflow';
import { vehicleWorkflows } from '../../../../../functions/vehicle-maintenance/workflows/vehicle-workflows.js';

const [maintenance, engagement] = vehicleWorkflows({
  respondWithin: '24 hours',
  approveAbove: 1_500,
  decideWithin: '4 hours',
});

const TOLD = /^tell > match tell\.outcome > complete (declined|unreachable)/;
const ACCEPTED = /^tell > match tell\.outcome > complete accepted/;
const REMINDED = /remind > match remind\.outcome > complete/;

/** The states of a path in `maintenance`, and of the one in `engagement` that goes with it. */
const PATHS: Readonly<Record<string, readonly [RegExp, RegExp?]>> = {
  healthy: [/complete healthy/],
  'warning, accepted': [/needsApproval > warning\.accepted\.schedule/, ACCEPTED],
  'warning, accepted, approved': [/approve cost\.decision > warning\.accepted\.schedule/, ACCEPTED],
  'warning, accepted, rejected or escalated': [/warning\.accepted.*(complete rejected|silent\.escalate)/, ACCEPTED],
  'warning, declined or unreachable': [/warning\.engage.*complete (declined|unreachable)/, TOLD],
  'warning, accepted after the reminder': [/needsApproval > warning\.accepted\.schedule/, REMINDED],
  'warning, declined after the reminder': [/warning\.engage.*complete declined/, REMINDED],
  'warning, unanswered': [/complete unanswered/, /remind > match remind\.outcome > complete silent/],
  'critical, accepted': [/needsApproval 2 > critical\.accepted\.schedule/, ACCEPTED],
  'critical, accepted, approved': [/approve cost\.decision 2 > critical\.accepted\.schedule/, ACCEPTED],
  'critical, accepted, rejected': [/critical\.accepted\.true\.rejected\.release/, ACCEPTED],
  'critical, accepted, nobody decides': [/critical\.accepted\.true\.silent\.escalate/, ACCEPTED],
  'critical, declined or unreachable': [/critical\.(declined|unreachable)\.escalate/, TOLD],
  'critical, silent': [/critical\.silent\.escalate/, /start\.remind > complete silent/],
};

function transitions(workflow: WorkflowDefinition, states: RegExp): number {
  const found = describeWorkflow(workflow).paths.filter((path) => states.test(path.states.join(' > ')));
  const counts = new Set(found.map((path) => path.transitions));
  expect([String(states), [...counts]]).toEqual([String(states), [expect.any(Number)]]);
  return [...counts][0] ?? 0;
}

/** Rows of the table in the page: path, before, maintenance, engagement, together. */
const rows = readFileSync('docs/explanation/vehicle-maintenance.md', 'utf8')
  .split('\n')
  .filter((line) => /^\| (healthy|warning|critical)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test('every path is in the table, with the transitions that the definitions have', () => {
  const table = Object.fromEntries(rows.map(([, path = '', , own, run, all]) => [path, [own, run, all]]));
  const counted = Object.entries(PATHS).map(([path, [own, run]]) => {
    const counts = [transitions(maintenance, own), run ? transitions(engagement, run) : 0];
    return [path, [...counts, counts.reduce((sum, count) => sum + count)].map(String)];
  });
  expect(table).toEqual(Object.fromEntries(counted));
});

test('no path of either workflow is missing among them', () => {
  for (const [workflow, at] of [
    [maintenance, 0],
    [engagement, 1],
  ] as const) {
    const known = Object.values(PATHS).flatMap((path) => path[at] ?? []);
    const missing = describeWorkflow(workflow)
      .paths.map(({ states }) => states.join(' > '))
      .filter((states) => !known.some((one) => one.test(states)));
    expect(missing).toEqual([]);
  }
});

test('nothing but a step of a workflow starts an engagement', () => {
  const { agents, clients, channels } = maintenance.topology.model;
  const publishers = [...Object.values(agents), ...Object.values(clients)].filter(({ publishes }) =>
    publishes.includes(engagement.startedBy.name),
  );
  expect(publishers).toEqual([]);
  expect(channels['engagement.wanted']?.subscribers).toEqual([]);
});
