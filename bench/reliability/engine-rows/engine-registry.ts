import { setTimeout as sleep } from 'node:timers/promises';
import { invokeFunction } from '../../../cli/context/invoke-function.js';
import { openDeployed, type DeployedApplication } from '../../../cli/context/open-deployed.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { STANDING_AGE_MS } from '../../../shared/domain/selection/agent-chooser.js';
import { SILENCE_MS } from '../../../shared/domain/registry/lifecycle.js';
import { AgentCameBack, AgentStatusChanged, AgentWentDown } from '../../../shared/message/system-messages.js';
import { listInstances, type AgentInstance } from '../../../shared/topology/registry/find-agents.js';
import { openCounter, type Counter } from '../../counter/open-counter.js';
import { counter as topology } from '../../counter/topology.js';
import { startWorkerProcess, type WorkerProcess } from '../../counter/worker-process.js';
import { enterEngine } from './engine-depot.js';
import type { Row } from '../driver/row.js';

const AGENT = 'north';
/** A clerk without a worker: nobody was ever seen of it. */
const OTHER = 'south';
const CHOICES = 8;
/** More than one worker handles side by side, so that both have some in hand when one is killed. */
const ERRANDS = 30;
/** Time that an errand takes, milliseconds. */
const WORK_MS = 1_500;
const LAST_ERRANDS = 4;
const LOOK_EVERY_MS = 2_000;
/** Longest wait for a status that must come: silence, and what a loaded machine adds. */
const GIVE_UP_MS = 240_000;

/** Two workers of one agent, of which one is killed and comes back, as the deployed registry sees them. */
export const engineRegistry: Row = {
  name: 'engine-registry',
  title: `Of two worker processes of one agent one ends by SIGKILL with some of ${ERRANDS} messages in hand: offline after ${SILENCE_MS / 1_000} s of silence, its messages done by the other, one outcome each; told once each way; used again when back. When both are gone their agent is down, told once, and no choice falls on it`,
  engine: true,
  quick: false,
  run: async ({ witness, progress }) => {
    await enterEngine();
    const counter = await openCounter(witness.path);
    const application = await openDeployed(topology);
    const watched = watcher(application);
    const problems: string[] = [];
    const expect = (what: string, given: string, wanted: string): void => {
      if (given !== wanted) problems.push(`${what}: '${given}', not '${wanted}'`);
    };
    const workers = new Map<string, WorkerProcess>();
    const start = async (name: string): Promise<void> => {
      workers.set(name, await startWorkerProcess(AGENT, name));
    };
    let silent: number;
    const errands = keys('errand', ERRANDS);
    const last = keys('last', LAST_ERRANDS);
    try {
      await Promise.all([start('a'), start('b')]);
      await watched.until((found) => found.filter(isReady).length === 2);
      progress('both are at work');
      await Promise.all(errands.map((key) => counter.give(AGENT, key, WORK_MS)));
      await begun(counter, errands, ERRANDS / 3);
      await workers.get('a')?.kill();
      const held = errands.length - counter.notes().answered.size;
      progress(`killed with ${held} of ${ERRANDS} not answered`);
      if (held === 0) problems.push('all had been answered before the kill');
      const { of: gone, at } = await watched.until((found) => statusOf(found, 'a') === 'offline');
      silent = at - Date.parse(gone('a')?.heard ?? '');
      if (!(silent >= SILENCE_MS)) problems.push(`offline after ${silent} ms of silence`);
      if (!(await counter.answered(errands, GIVE_UP_MS))) problems.push('some were not answered');
      expect('the other is at work', statusOf(await watched.look(), 'b'), 'ready');
      await start('a');
      await watched.until((found) => statusOf(found, 'a') === 'ready');
      await workers.get('b')?.kill();
      await Promise.all(last.map((key) => counter.give(AGENT, key, 0)));
      if (!(await counter.answered(last, GIVE_UP_MS))) problems.push('the one that came back did nothing');
      expect('who is chosen while it works', await chosen(application, [AGENT]), AGENT);
      await workers.get('a')?.kill();
      await watched.until((found) => found.every(({ status }) => status === 'offline'));
      expect('who is chosen when it is down', await chosen(application, [AGENT, OTHER]), OTHER);
    } finally {
      await Promise.all([...workers.values()].map((worker) => worker.end()));
      await counter.close();
    }
    const told = await conversationOf(application);
    expect('told of the killed one', toldOf('a', told), 'ready offline ready offline');
    const health = told.filter(({ type }) => type === AgentWentDown.name || type === AgentCameBack.name);
    expect('told of their agent', health.map(({ type }) => type).join(' '), AgentWentDown.name);
    const all = [...errands, ...last];
    const { begun: began, answered } = counter.notes();
    const lost = all.filter((key) => !answered.has(key)).length;
    const extra = all.reduce(
      (sum, key) => sum + Math.max(0, new Set(answered.get(key)?.map(({ id }) => id)).size - 1),
      0,
    );
    const repeated = all.filter((key) => (began.get(key) ?? 0) > 1).length;
    return {
      ok: problems.length === 0 && lost === 0 && extra === 0,
      ...{ sent: all.length, effects: all.length - lost, quarantined: 0, lost, extra },
      figure: `offline after ${(silent / 1_000).toFixed(1)} s of silence; ${repeated} messages were in hand and begun again`,
      problems,
    };
  },
};

function keys(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index}`);
}

function statusOf(found: readonly AgentInstance[], name: string): string {
  return found.find(({ instance }) => instance === name)?.status ?? 'unknown';
}

function isReady({ status }: AgentInstance): boolean {
  return status === 'ready';
}

/** Looks at the agent's instances, each time after the platform has. */
function watcher({ clock, deployment, registry, topology: own }: DeployedApplication) {
  const look = async (): Promise<readonly AgentInstance[]> => {
    await invokeFunction(deployment['RegistryFunction'] ?? '', {});
    return listInstances({ agent: AGENT }, { clock, registry, topology: own });
  };
  return {
    look,
    until: async (holds: (found: readonly AgentInstance[]) => boolean) => {
      for (const giveUp = Date.now() + GIVE_UP_MS; ; await sleep(LOOK_EVERY_MS)) {
        const found = await look();
        if (holds(found))
          return { at: Date.now(), of: (name: string) => found.find(({ instance }) => instance === name) };
        if (Date.now() < giveUp) continue;
        const told = found.map(({ instance, status, cause }) => `${instance} is ${status} (${cause})`).join(', ');
        throw new LanewayError('UNAVAILABLE', `the instances did not come to what was waited for: ${told}`);
      }
    },
  };
}

async function begun(counter: Counter, of: readonly string[], least: number): Promise<void> {
  for (const giveUp = Date.now() + GIVE_UP_MS; Date.now() < giveUp; await sleep(50)) {
    const { begun: began } = counter.notes();
    if (of.filter((key) => began.has(key)).length >= least) return;
  }
}

/** Agents that commands would be given to, by what SQS and the registry say now; with a note where nobody takes messages. */
async function chosen({ choices }: DeployedApplication, agents: readonly string[]): Promise<string> {
  const candidates = agents.map((agent) => ({ agent, capabilities: {} }));
  const made = new Set<string>();
  // Equal ones would be drawn by chance.
  for (let index = 0; index < CHOICES; index += 1) {
    const open = { by: 'least-loaded', channel: 'counter.errands', candidates } as const;
    const { agent = '-', choice } = await choices.choose(open, `m-${index}`);
    made.add(choice.nobody === undefined && !choice.blind ? agent : `${agent} for want of another`);
  }
  // What is known of agents is believed for some seconds.
  await sleep(STANDING_AGE_MS);
  return [...made].sort().join(' ');
}

interface Told {
  readonly type: string;
  readonly data: { readonly instance?: string; readonly status?: string; readonly since: string };
}

/** Messages of the ledger on the agent's changes, each once, in their order. */
async function conversationOf({ conversations }: DeployedApplication): Promise<readonly Told[]> {
  // Around midnight they stand in two conversations.
  const days = [Date.now() - 3_600_000, Date.now()].map((at) => new Date(at).toISOString().slice(0, 10));
  const read = (day: string) => conversations.conversation(`agents:${AGENT}:${day}`);
  const entries = (await Promise.all([...new Set(days)].map(read))).flat();
  const told = entries.flatMap((entry) => {
    if (entry.kind !== 'message') return [];
    const { type, data } = entry.intent.envelope;
    return [{ type, data: data as Told['data'] }];
  });
  return told.toSorted((a, b) => Date.parse(a.data.since) - Date.parse(b.data.since));
}

/** Statuses of an instance in their order; `busy` is told as `ready`, and its beginnings are left out. */
function toldOf(instance: string, told: readonly Told[]): string {
  const statuses = told
    .filter(({ type, data }) => type === AgentStatusChanged.name && data.instance === instance)
    .map(({ data: { status = '' } }) => (status === 'busy' ? 'ready' : status))
    .filter((status) => status !== 'initializing');
  return statuses.filter((status, index) => status !== 'ready' || statuses[index - 1] !== 'ready').join(' ');
}
