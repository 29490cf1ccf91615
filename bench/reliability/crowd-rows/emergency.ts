import { createAgent } from 'laneway/agent';
import { event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { newId } from '../../../shared/domain/base/ids.js';
import type { EmergencyMeasure } from '../../../shared/domain/emergency/emergency.js';
import { OPERATOR, schemaUri, sourceOf } from '../../../shared/domain/wire/envelope.js';
import { EMERGENCY_CHANNEL, EmergencyDeclared } from '../../../shared/message/emergency-messages.js';
import type { EmergencyDone } from '../../../shared/operator/emergency/emergency.js';
import { harnessOver } from '../../../shared/testing/harness/harness.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import type { Row, RowContext } from '../driver/row.js';

const RUNS = { full: 150, quick: 12 };
const JOBS = 12;
const ANA = { by: 'ana', why: 'before the fire' };
const BEN = { by: 'ben', why: 'fire in hall 2' };

const Job = event('Job', z.object({ job: z.string() }));
const NAMES = ['boiler', 'crane', 'gate', 'pump'] as const;
const worker = { runs: 'worker', subscribes: ['jobs'] } as const;

const plant = defineTopology('plant', {
  emergency: true,
  channels: { jobs: { carries: [Job], qos: { priorities: ['critical', 'normal'], expires: '3 days', tries: 8 } } },
  agents: { boiler: worker, crane: worker, gate: worker, pump: worker },
  clients: { office: { publishes: [Job] } },
});

/** An emergency over agents that work, are drained or are down, while stores and lanes fail, and its end. */
export const emergency: Row = {
  name: 'emergency',
  title:
    'Emergencies over agents at work, drained or down, with stores and lanes that fail and a forged declaration: each hears once of each declaration, who is down is named and hears when back, the intake is shut, and the end leaves what was before',
  engine: false,
  quick: true,
  run: async ({ seed, quick, progress, witness }) => {
    const runs = quick ? RUNS.quick : RUNS.full;
    const problems: string[] = [];
    const sum = { sent: 0, done: 0, heard: 0, down: 0, repeated: 0 };
    for (let run = 0; run < runs; run++) {
      const found = await play(seed * 5_003 + run, String(run), witness);
      for (const name of ['sent', 'done', 'heard', 'down', 'repeated'] as const) sum[name] += found[name];
      problems.push(...found.problems.map((one) => `run ${run}: ${one}`));
      if (run % 50 === 49) progress(`${run + 1} of ${runs} runs`);
    }
    const lost = sum.sent - sum.done;
    return {
      ...{ ok: problems.length === 0 && lost === 0, sent: sum.sent, effects: sum.done },
      ...{ quarantined: 0, lost, extra: problems.length },
      figure: `${runs} emergencies, heard ${sum.heard} times, ${sum.down} agents down; ${sum.repeated} commands repeated`,
      problems: problems.slice(0, 5),
    };
  },
};

async function play(seed: number, run: string, witness: RowContext['witness']) {
  const random = seededRandom(seed);
  const problems: string[] = [];
  const [heard, ends, done] = [new Map<string, string[]>(), new Map<string, string[]>(), new Set<string>()];
  const hear = (into: Map<string, string[]>, name: string, id: string) =>
    into.set(name, [...(into.get(name) ?? []), id]);
  const agents = NAMES.map((name) =>
    createAgent(plant, name)
      .handle(
        {
          Job: ({ data: { job } }) => {
            done.add(`${job} ${name}`);
            witness.note(`${run}-${job}-${name}`);
          },
        },
        {
          onEmergency: ({ type, data }) =>
            void hear(type === EmergencyDeclared.name ? heard : ends, name, data.emergency),
        },
      )
      .with({}),
  );
  const parts = { topology: plant, workflows: [], random, agents };
  const world = new HarnessWorld(parts);
  const harness = harnessOver(world, parts);
  const expect = (what: string, given: unknown, wanted: unknown): void => {
    const [one, other] = [JSON.stringify(given), JSON.stringify(wanted)];
    if (one !== other) problems.push(`${what}: ${one}, not ${other}`);
  };
  const drains = async () =>
    Promise.all(NAMES.map(async (name) => [name, await world.ports.registry.drainsOf(name)] as const));
  let [sent, repeated] = [0, 0];
  const publish = async (job: string): Promise<string> =>
    harness.publish(Job, { job }).then(
      () => ((sent += NAMES.length), 'taken'),
      (error: unknown) => (error instanceof LanewayError ? error.code : String(error)),
    );
  /** A command that an operator types again until every step is done. */
  const insist = async (act: () => Promise<EmergencyDone>): Promise<EmergencyDone | undefined> => {
    for (let tries = 0; tries < 40; tries++) {
      const result = await act().catch((error: unknown) => {
        if (!(error instanceof LanewayError) || !error.retryable) problems.push(String(error));
        return undefined;
      });
      if (result?.steps.every((step) => step.done)) return result;
      repeated += 1;
      await harness.advance('1 minute');
    }
    problems.push('the command was never done');
    return undefined;
  };

  for (const name of NAMES) await harness.agents.start(name, { instance: `${name}-1` });
  for (const name of NAMES.filter(() => random() < 0.3))
    await harness.agents.drain({ agent: name }, ANA, { force: true });
  for (let job = 0; job < JOBS / 2; job++) await publish(`a-${job}`);
  await harness.advance(`${1 + Math.floor(random() * 90)} seconds`);
  const down = NAMES.filter(() => random() < 0.3);
  for (const name of down) harness.agents.kill(name, `${name}-1`);
  if (random() < 0.3) await harness.pauseChannel('jobs', ANA);
  const before = await drains();
  const pauses = await world.ports.pauses.all();
  const kinds = ['drain-agent', 'resume', undefined] as const;
  const measures = NAMES.flatMap((agent): EmergencyMeasure[] => {
    const kind = kinds[Math.floor(random() * kinds.length)];
    return kind === undefined ? [] : [{ kind, agent }];
  });
  const channel = (['pause-channel', 'resume', undefined] as const)[Math.floor(random() * 3)];
  if (channel !== undefined) measures.push({ kind: channel, channel: 'jobs' });
  const stops = random() < 0.8;
  const all: EmergencyMeasure[] = [...(stops ? [{ kind: 'stop-intake' } as const] : []), ...measures];
  const port = (['lanes', 'registry', 'emergencies', 'pauses', 'book', 'intents'] as const)[Math.floor(random() * 7)];
  if (port) harness.faults.outage({ port, for: '8 minutes', share: 0.6, who: OPERATOR });
  await forge(world, 'boiler');

  const begun = await insist(() => harness.emergency.start(all, BEN));
  expect('the intake', await publish('b'), stops ? 'INTAKE_STOPPED' : 'taken');
  await harness.advance('2 minutes');
  const status = await harness.emergency.status();
  expect('named as missing', status.missing, down);
  for (const name of down) await harness.agents.start(name, { instance: `${name}-2` });
  await harness.advance('10 minutes');
  const after = await harness.emergency.status();
  expect('missing once all are back', after.missing, []);
  expect('quiet', after.isQuiet, true);
  // Measures that could not be taken at first, as it could not be read what stood before them, are added and told.
  const isAdded = port === 'registry' || port === 'pauses';
  for (const name of NAMES) {
    const told = heard.get(name) ?? [];
    expect(`heard by ${name}`, isAdded ? [...new Set(told)] : told, [begun?.emergency.id]);
  }

  if (random() < 0.4) harness.faults.outage({ port: 'registry', for: '5 minutes', share: 0.6, who: OPERATOR });
  await insist(() => harness.emergency.end(BEN));
  expect('drains', await drains(), before);
  expect('pauses', await world.ports.pauses.all(), pauses);
  await harness.advance('10 minutes');
  for (const name of NAMES) expect(`end heard by ${name}`, ends.get(name), [begun?.emergency.id]);
  for (let job = JOBS / 2; job < JOBS; job++) expect('the intake afterwards', await publish(`c-${job}`), 'taken');
  for (const [name, own] of await drains()) if (own.length > 0) await harness.agents.resume({ agent: name }, ANA);
  if (pauses.length > 0) await harness.resumeChannel('jobs', ANA);
  await harness.settle();
  return { sent, done: done.size, heard: NAMES.length, down: down.length, repeated, problems };
}

/** Puts a declaration into the lane of emergencies that no operator has made, as who has the right to send there could. */
async function forge(world: HarnessWorld, receiver: string): Promise<void> {
  const now = world.clock.now();
  const id = newId();
  await world.ports.lanes.send([
    {
      receiver,
      lane: 'critical',
      envelope: {
        ...{ specversion: '1.0', id, source: sourceOf(plant.name, 'platform', OPERATOR), type: EmergencyDeclared.name },
        ...{ time: new Date(now).toISOString(), expires: new Date(now + 3_600_000).toISOString(), receiver },
        ...{ datacontenttype: 'application/json', dataschema: schemaUri(EmergencyDeclared.name, 1) },
        data: { emergency: 'made-up', by: 'nobody', why: 'none', since: new Date(now).toISOString(), measures: [] },
        ...{ correlationid: newId(), channel: EMERGENCY_CHANNEL, priority: 'critical', attempt: 1, hops: 0 },
      },
    },
  ]);
}
