import { Logger } from '@aws-lambda-powertools/logger';
import { createAgent, type Log } from 'laneway/agent';
import { logOver } from '../../../../../shared/aws/base/powertools-log.js';
import { agentStand } from '../../../../kit/stands/agent-stand.js';
import { parcels } from '../../../../kit/applications/parcel-topology.js';

/** Lines as a function writes them: what Powertools gives to the console. */
function realLog() {
  const lines: Record<string, unknown>[] = [];
  const logger = new Logger({ serviceName: 'parcels.desk', logLevel: 'DEBUG' });
  const take = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  Object.assign(logger, { console: { debug: take, info: take, warn: take, error: take, log: take } });
  return { log: logOver(logger), lines };
}

test('lines of handlings that run at once say each whose they are', async () => {
  const { log, lines } = realLog();
  const waiting: (() => void)[] = [];
  const desk = createAgent(parcels, 'desk').handle({
    ParcelArrived: async ({ data }, context) => {
      context.log.info('before', { parcel: data.parcel });
      // Nobody goes on before both have begun.
      await new Promise<void>((go) => {
        waiting.push(go);
        if (waiting.length === 2) for (const one of waiting) one();
      });
      context.log.warn('after', { parcel: data.parcel });
    },
    ParcelWeighed: () => undefined,
  });
  const stand = agentStand(desk.with({}), log);
  for (const parcel of ['a', 'b'])
    stand.deliver(
      stand.envelope('ParcelArrived', { parcel }, { id: `arrived-${parcel}`, correlationid: `c-${parcel}` }),
    );
  expect(await stand.receive()).toEqual([]);
  const own = lines.filter(({ message }) => message === 'before' || message === 'after');
  expect(own).toHaveLength(4);
  for (const line of own) {
    const parcel = String(line['parcel']);
    expect(line).toMatchObject({ agent: 'desk', type: 'ParcelArrived', tries: 1, service: 'parcels.desk' });
    expect(line).toMatchObject({ id: `arrived-${parcel}`, correlation: `c-${parcel}` });
    expect(Object.keys(line)).not.toContain('data');
  }
  // What the process writes beside them is of no handling.
  log.info('between');
  expect(lines.at(-1)).not.toHaveProperty('correlation');
});

async function lineOf(write: (log: Log) => void, tries = 1): Promise<Record<string, unknown> | undefined> {
  const { log, lines } = realLog();
  let failures = tries - 1;
  const desk = createAgent(parcels, 'desk').handle({
    ParcelArrived: (_message, context) => {
      if (failures-- > 0) throw new Error('not yet');
      write(context.log);
    },
    ParcelWeighed: () => undefined,
  });
  const stand = agentStand(desk.with({}), log);
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  for (let one = 0; one < tries; one++) {
    await stand.receive();
    stand.clock.advance(3_600_000);
  }
  return lines.find(({ message }) => message === 'mine');
}

const about = { agent: 'desk', type: 'ParcelArrived', id: 'ParcelArrived-1', correlation: 'conversation-1' };

test.each([
  ['nothing', undefined, {}],
  ['fields of other names', { shelf: 7 }, { shelf: 7 }],
  ['fields of which one has a name of ours', { id: 'booking-9', shelf: 7 }, { fields: { id: 'booking-9', shelf: 7 } }],
])('a line with %s keeps both', async (_what, fields, expected) => {
  expect(await lineOf((log) => log.info('mine', fields))).toMatchObject({ ...about, tries: 1, ...expected });
});

test('an error in place of the fields is written with its text', async () => {
  const line = await lineOf((log) => log.error('mine', new Error('broken') as unknown as Record<string, unknown>));
  expect(line).toMatchObject({ ...about, error: { name: 'Error', message: 'broken' } });
});

test('null in place of the fields is no reason to fail', async () => {
  expect(await lineOf((log) => log.debug('mine', null as unknown as undefined))).toMatchObject(about);
});
