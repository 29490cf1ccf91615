import { setTimeout as sleep } from 'node:timers/promises';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { deployApp } from '../../infra/engines/deploy/deploy.js';
import { openWithWorkflows } from '../../cli/context/deployed-workflows.js';
import type { EngineTarget } from '../../infra/engines/engine.js';
import { executionsPort, openPorts } from '../../shared/aws/ports.js';
import { namesFromOutputs } from '../../shared/client/deployed-names.js';
import { connect } from '../../shared/client/connect.js';
import type { Execution, WorkflowEngine } from '../../shared/domain/execution/executions.js';
import { newId } from '../../shared/domain/base/ids.js';
import { LEGS, race, RaceStarted, relay } from './topology.js';

/** Times of many executions at once, milliseconds. */
export interface Races {
  readonly failed: number;
  /** From the moment the engine began each to the moment it ended it. */
  readonly runs: readonly number[];
  /** From the call that asked for each to its end. */
  readonly wholes: readonly number[];
  /** From the first call to the end of the last. */
  readonly all: number;
}

/** One side: the function that starts a race, and the machine that runs it. */
export interface RaceSide {
  readonly executions: WorkflowEngine;
  readonly workflow: string;
  /** @returns the name of the execution */
  readonly start: (id: string) => Promise<string>;
}

const LOOK_EVERY_MS = 500;
const TELL_EVERY_MS = 5_000;
const GIVE_UP_MS = 15 * 60_000;
/** Calls of one client at the same time. */
const CALLS = 10;

/** Deploys both sides to the engine: Laneway's workflow, and the same race glued by hand. */
export async function openSides(
  target: EngineTarget,
  signal: AbortSignal,
): Promise<Readonly<Record<'laneway' | 'bare', RaceSide>>> {
  const deploy = (app: string) =>
    deployApp({
      target,
      signal,
      app: `node --conditions=laneway-source --import tsx bench/relay/${app}.ts`,
      assembly: `.laneway/cdk.out-${app}`,
    });
  await deploy('app');
  const bareMachine = (await deploy('bare-app'))['BareRelay']?.['MachineArn'];
  if (bareMachine === undefined) throw new Error('the stack BareRelay has no output MachineArn');
  const track = await connect(relay, { as: 'track' });
  const { executions, deployment } = await openWithWorkflows(relay);
  const bareNames = namesFromOutputs(relay.model, deployment, { machines: { bare: bareMachine } });
  const sfn = new SFNClient({});
  return {
    laneway: {
      executions,
      workflow: race.name,
      start: async (id) => `${race.name}-${(await track.publish(RaceStarted, { race: id, baton })).id}`,
    },
    bare: {
      executions: openPorts(bareNames, executionsPort).executions,
      workflow: 'bare',
      start: async (id) => {
        const input = JSON.stringify({ race: id, baton });
        await sfn.send(new StartExecutionCommand({ stateMachineArn: bareMachine, name: id, input }));
        return id;
      },
    },
  };
}

/** Starts `count` races at once and waits until each has ended. @param tell is told from time to time how many have */
export async function runRaces(
  { executions, workflow, start }: RaceSide,
  count: number,
  signal: AbortSignal,
  tell: (line: string) => void = () => undefined,
): Promise<Races> {
  const asked = new Map<string, number>();
  const waiting = Array.from({ length: count }, () => newId());
  const began = Date.now();
  const caller = async (): Promise<void> => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const at = Date.now();
      asked.set(await start(id), at);
    }
  };
  await Promise.all(Array.from({ length: CALLS }, caller));

  let told = Date.now();
  for (const giveUp = Date.now() + GIVE_UP_MS; Date.now() < giveUp;) {
    const ended: Execution[] = [];
    for await (const found of executions.list(workflow))
      if (asked.has(found.name) && found.endedAt !== undefined) ended.push(found);
    if (ended.length === count) return summary(ended, asked, began);
    if (Date.now() - told > TELL_EVERY_MS) {
      told = Date.now();
      tell(`${ended.length} of ${count} have ended`);
    }
    await sleep(count === 1 ? LOOK_EVERY_MS / 5 : LOOK_EVERY_MS, undefined, { signal });
  }
  throw new Error(`not all of ${count} executions of '${workflow}' ended within ${GIVE_UP_MS / 60_000} minutes`);
}

function summary(ended: readonly Execution[], asked: ReadonlyMap<string, number>, began: number): Races {
  const ends = ended.map(({ endedAt = '' }) => Date.parse(endedAt));
  return {
    failed: ended.filter(({ status }) => status !== 'succeeded').length,
    runs: ended.map(({ startedAt }, at) => (ends[at] ?? Number.NaN) - Date.parse(startedAt)),
    wholes: ended.map(({ name }, at) => (ends[at] ?? Number.NaN) - (asked.get(name) ?? Number.NaN)),
    all: Math.max(...ends) - began,
  };
}

/** Transitions of one execution, as its history has them: states that were entered. */
export async function transitionsOf({ executions, workflow, start }: RaceSide): Promise<number> {
  const name = await start(newId());
  for (const giveUp = Date.now() + 60_000; Date.now() < giveUp; await sleep(LOOK_EVERY_MS)) {
    const found = await executions.find(workflow, name);
    if (found === undefined || found.status === 'running') continue;
    const visits = Object.values(await executions.visits(workflow, name));
    return visits.reduce((sum, { entered }) => sum + entered, 0);
  }
  throw new Error(`execution ${name} did not end within a minute`);
}

/** Steps of a race. */
export const STEPS = LEGS.length;

/** About what a payload of the vehicle application weighs. */
const baton = 'x'.repeat(1_000);
