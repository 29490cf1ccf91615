import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import type { Broadcast } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { newId } from '../../../shared/domain/base/ids.js';
import { schemaUri, sourceOf, type Envelope } from '../../../shared/domain/wire/envelope.js';
import { CRASH_POINTS } from '../../../shared/testing/harness/faults.js';
import { harnessOver } from '../../../shared/testing/harness/harness.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import type { Row, RowContext } from '../driver/row.js';

const RUNS = { full: 200, quick: 15 };

const Ready = event('Ready', z.object({ by: z.string() }));
const Prepare = command('Prepare', z.object({ plan: z.string() }), { reply: Ready });

const MEMBERS = ['alto', 'bass', 'flute', 'horn', 'viola'] as const;
const member = (role: string) => ({ subscribes: ['plans'], role }) as const;

const band = defineTopology('band', {
  channels: {
    plans: { carries: [Prepare], qos: { priorities: ['high', 'normal'], expires: '6 hours', tries: 8 } },
    answers: { carries: [Ready] },
  },
  agents: {
    ...{ alto: member('singer'), bass: member('singer') },
    ...{ flute: member('player'), horn: member('player'), viola: member('player') },
  },
  clients: { leader: { publishes: [Prepare] } },
});

/** A broadcast to all, to a role and to a list, while the bus fails, processes die and one member answers for the others. */
export const broadcast: Row = {
  name: 'broadcast',
  title:
    'Broadcasts to all, a role and a list, with members away, processes that die, a bus that fails, and one who answers for others: everybody asked answered for itself or is named as missing; nobody else was asked',
  engine: false,
  quick: true,
  run: async ({ seed, quick, progress, witness }) => {
    const runs = quick ? RUNS.quick : RUNS.full;
    const problems: string[] = [];
    const sum = { asked: 0, answered: 0, missing: 0, forged: 0 };
    for (let run = 0; run < runs; run++) {
      const found = await play(seed * 7_907 + run, String(run), witness);
      for (const name of ['asked', 'answered', 'missing', 'forged'] as const) sum[name] += found[name];
      problems.push(...found.problems.map((one) => `run ${run}: ${one}`));
      if (run % 50 === 49) progress(`${run + 1} of ${runs} runs`);
    }
    const lost = sum.asked - sum.answered - sum.missing;
    return {
      ...{ ok: problems.length === 0 && lost === 0, sent: sum.asked, effects: sum.answered },
      ...{ quarantined: sum.missing, lost, extra: problems.length },
      figure: `${runs} broadcasts; ${sum.forged} answers in another's name, none of which counted`,
      problems: problems.slice(0, 5),
    };
  },
};

const TO = [
  { to: { all: true }, who: MEMBERS },
  { to: { all: { role: 'player' } }, who: ['flute', 'horn', 'viola'] },
  { to: { all: ['alto', 'viola'] }, who: ['alto', 'viola'] },
] as const;

async function play(seed: number, run: string, witness: RowContext['witness']) {
  const random = seededRandom(seed);
  const problems: string[] = [];
  const away = new Set<string>(MEMBERS.filter(() => random() < 0.25));
  const did = new Set<string>();
  const agents = MEMBERS.filter((name) => !away.has(name)).map((name) =>
    createAgent(band, name)
      .handle({
        Prepare: ({ data: { plan } }) => {
          did.add(name);
          witness.note(`${run}-${plan}-${name}`);
          return { by: name };
        },
      })
      .with({}),
  );
  const parts = { topology: band, workflows: [], random, agents };
  const world = new HarnessWorld(parts);
  const harness = harnessOver(world, parts);
  const { to, who } = TO[Math.floor(random() * TO.length)] ?? TO[0];
  const one = <Item>(items: readonly Item[], otherwise: Item): Item =>
    items[Math.floor(random() * items.length)] ?? otherwise;
  // What was lost is sent again once, within minutes.
  harness.faults.drop({ type: Prepare.name, receiver: one<string>(MEMBERS, 'bass'), times: 1 });
  harness.faults.duplicate({ type: Prepare.name, probability: 0.2 });
  harness.faults.crash(one<string>(MEMBERS, 'alto'), one(CRASH_POINTS, 'before-outcome'), { times: 1 });
  if (random() < 0.3) harness.faults.outage({ port: 'bus', for: '10 minutes', share: 0.5 });

  // The leader dies after it has published, and asks again under the same id.
  const options = { id: newId(), to };
  await harness
    .publish(Prepare, { plan: 'p' }, { ...options, deadline: '2 hours' })
    .catch((error: unknown) => harness.faults.struck === 0 && problems.push(String(error)));
  await harness.advance(`${1 + Math.floor(random() * 900)} seconds`);
  /** The same broadcast, asked for again by a client whose bus was away. */
  const asked = async (): Promise<Broadcast<{ by: string }>> => {
    for (;;) {
      try {
        return await harness.broadcast(Prepare, { plan: 'p' }, { ...options, timeout: '2 hours' });
      } catch (error) {
        if (!(error instanceof LanewayError) || error.code !== 'PUBLISH') throw error;
        await harness.advance('1 minute');
      }
    }
  };
  const commands = world.bus.published.filter(({ type }) => type === Prepare.name);
  const robber = who.find((name) => !away.has(name));
  let forged = 0;
  for (const sent of commands)
    if (robber !== undefined && sent.receiver !== undefined && away.has(sent.receiver)) {
      await world.bus.publish([answerOf(sent, robber, world.clock.now())]);
      forged += 1;
    }
  const end = await asked();
  await harness.settle();

  const answered = end.answered.map(({ agent }) => agent);
  const missing = end.missing.map(({ agent }) => agent);
  const expect = (what: string, given: readonly string[], wanted: readonly string[]): void => {
    if ([...given].sort().join() !== [...wanted].sort().join())
      problems.push(`${what}: ${given.join()}, not ${wanted.join()}`);
  };
  expect('asked', end.participants, who);
  expect(
    'named as missing',
    missing,
    who.filter((name) => away.has(name)),
  );
  expect(
    'answered',
    answered,
    who.filter((name) => !away.has(name)),
  );
  expect(
    'worked',
    [...did],
    who.filter((name) => !away.has(name)),
  );
  for (const { agent, reply } of end.answered)
    if (reply.by !== agent) problems.push(`'${reply.by}' answered for '${agent}'`);
  return { asked: who.length, answered: answered.length, missing: missing.length, forged, problems };
}

/** An answer to a command that another was asked, under the source of who gives it. */
function answerOf(sent: Envelope, robber: string, now: number): Envelope {
  return {
    ...{ specversion: '1.0', id: newId(), source: sourceOf(band.name, 'agent', robber), type: Ready.name },
    ...{ time: new Date(now).toISOString(), expires: new Date(now + 3_600_000).toISOString() },
    ...{ datacontenttype: 'application/json', dataschema: schemaUri(Ready.name, 1), data: { by: robber } },
    ...{ correlationid: sent.correlationid, causationid: sent.id, requestid: sent.requestid },
    ...{ channel: 'answers', priority: 'normal', attempt: 1, hops: 1 },
  };
}
