import { OUTAGE_PORTS } from 'laneway/testing';
import { type MortalProcess } from '../../../../../shared/testing/harness/mortal-process.js';
import { HarnessWorld } from '../../../../../shared/testing/harness/harness-world.js';
import { deadLettersOf, portsOf, processReceipts } from '../../../../../shared/testing/harness/process-ports.js';
import { MemoryLaneReceipts } from '../../../../../shared/testing/memory/memory-lanes.js';
import { MemoryQueue } from '../../../../../shared/testing/memory/memory-queue.js';
import { shop } from '../../../../kit/applications/fixture-topology.js';

const newWorld = () => new HarnessWorld({ topology: shop, agents: [], workflows: [], random: () => 0.5 });

/** Every port as a process reaches it. The clock, its choices and what could not be read are the process's own. */
function reached(world: HarnessWorld, process: MortalProcess): Readonly<Record<string, object>> {
  const receipts = processReceipts(process, new MemoryLaneReceipts(new MemoryQueue(world.clock)));
  const { clock: _clock, choices: _choices, unreadable: _unreadable, ...ports } = portsOf(process, world.ports);
  return { ...ports, receipts, deadLetters: deadLettersOf(process, world.ports.deadLetters) };
}

/** Names of the methods of a port's type: its own and those of its class. */
function callsOf(port: object): string[] {
  const names = new Set<string>();
  for (
    let at: object | null = port;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object | null
  )
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
      if (typeof value === 'function' && name !== 'constructor') names.add(name);
  return [...names];
}

/** Calls a method of a port, or begins its walk, and tells what came of it. */
async function outcome(port: object, name: string): Promise<string> {
  try {
    const given = name === 'publish' || name === 'send' ? [[{}]] : [];
    const result: unknown = (Reflect.get(port, name) as (...some: unknown[]) => unknown)(...given);
    const walk = result as AsyncGenerator<unknown>;
    const answer = await (Symbol.asyncIterator in (result as object) ? walk.next() : result);
    const [sent] = Array.isArray(answer) ? (answer as { ok: boolean; code?: string }[]) : [];
    return sent?.ok === false ? `UNAVAILABLE ${sent.code}` : 'executed';
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code} ${/[A-Z]\w+Exception|ServiceUnavailable/.exec(message)?.[0]}`;
  }
}

test('an outage strikes every call of every port, and no call of another one', async () => {
  for (const port of OUTAGE_PORTS) {
    const world = newWorld();
    world.faults.outage({ port, kind: 'throttled', for: '1 hour' });
    const ports = reached(world, world.process('warehouse'));
    expect(Object.keys(ports).sort()).toEqual([...OUTAGE_PORTS].sort());
    const calls = callsOf(ports[port] ?? {});
    expect({ port, calls: calls.length > 0 }).toEqual({ port, calls: true });
    for (const call of calls) {
      const came = await outcome(ports[port] ?? {}, call);
      expect(`${port}.${call}: ${came}`).toBe(`${port}.${call}: UNAVAILABLE ThrottlingException`);
    }
    for (const other of OUTAGE_PORTS.filter((one) => one !== port))
      for (const call of callsOf(ports[other] ?? {}))
        expect(await outcome(ports[other] ?? {}, call)).not.toContain('ThrottlingException');
  }
});

test('a process that has died reaches no port any more', async () => {
  const world = newWorld();
  const process = world.process('warehouse');
  const ports = reached(world, process);
  world.faults.crash('warehouse', 'before-lease');
  await expect(process.pass('before-lease')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  for (const port of OUTAGE_PORTS)
    for (const call of callsOf(ports[port] ?? {}))
      await expect(outcome(ports[port] ?? {}, call)).resolves.toContain('UNAVAILABLE');
});
