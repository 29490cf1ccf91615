import { setTimeout as sleep } from 'node:timers/promises';
import { invokeFunction } from '../../../cli/context/invoke-function.js';
import { openDeployed, type DeployedApplication } from '../../../cli/context/open-deployed.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { SILENCE_MS } from '../../../shared/domain/registry/lifecycle.js';
import { AgentStatusChanged } from '../../../shared/message/system-messages.js';
import { listInstances, type AgentInstance } from '../../../shared/topology/registry/find-agents.js';
import { openCounter, type Counter } from '../../counter/open-counter.js';
import { counter as topology } from '../../counter/topology.js';
import { startWorkerProcess, type WorkerProcess } from '../../counter/worker-process.js';
import { enterEngine } from './engine-depot.js';
import type { Row } from '../driver/row.js';

const AGENT = 'north';
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
  title: `Of two worker processes of one agent one ends by SIGKILL with some of ${ERRANDS} messages in hand: offline after ${SILENCE_MS / 1_000} s of silence, its messages done by the other, one outcome each; told once each way; used again when back`,
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
    let silent = 0;
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
    } finally {
      await Promise.all([...workers.values()].map((worker) => worker.end()));
      await counter.close();
    }
    expect('told of the killed one', await toldOf('a', application), 'ready offline ready');
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

/** Statuses of an instance that the ledger tells of, in their order; `busy` is told as `ready`, and its beginnings are left out. */
async function toldOf(instance: string, { conversations }: DeployedApplication): Promise<string> {
  // Around midnight its changes stand in two conversations.
  const days = [Date.now() - 3_600_000, Date.now()].map((at) => new Date(at).toISOString().slice(0, 10));
  const read = (day: string) => conversations.conversation(`agents:${AGENT}:${day}`);
  const entries = (await Promise.all([...new Set(days)].map(read))).flat();
  const told = entries.flatMap((entry) => {
    if (entry.kind !== 'message' || entry.intent.envelope.type !== AgentStatusChanged.name) return [];
    const data = entry.intent.envelope.data as { instance: string; status: string; since: string };
    return data.instance === instance && data.status !== 'initializing' ? [data] : [];
  });
  const statuses = told
    .toSorted((a, b) => Date.parse(a.since) - Date.parse(b.since))
    .map(({ status }) => (status === 'busy' ? 'ready' : status));
  return statuses.filter((status, index) => status !== 'ready' || statuses[index - 1] !== 'ready').join(' ');
}
