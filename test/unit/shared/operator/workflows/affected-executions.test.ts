import { command, type MessageType } from 'laneway/message';
import { defineWorkflow } from 'laneway/workflow';
import * as z from 'zod';
import { changeText } from '../../../../../cli/render/workflows.js';
import { plainPaint } from '../../../../../cli/render/paint.js';
import type { StateVisits } from '../../../../../shared/domain/execution/executions.js';
import { affectedExecutions } from '../../../../../shared/operator/workflows/affected-executions.js';
import { compareDefinitions } from '../../../../../shared/operator/workflows/compare-definitions.js';
import {
  Book,
  Booked,
  bookTrip,
  deployedTrip as deployed,
  Cancel,
  Cancelled,
  travel,
  TripWanted,
} from '../../../../kit/applications/trip-topology.js';

const within = { timeout: '1 minute' } as const;

describe('running executions that would run into something', () => {
  const schema = z.object({ trip: z.string(), what: z.string(), nights: z.number() });
  const around = {
    ...{ workflow: 'book-trip', model: travel.model, workflows: ['book-trip'], local: bookTrip.asl },
    types: new Map<string, MessageType>([...travel.types, ['Book', command('Book', schema, { reply: Booked })]]),
  };
  const gone = { entered: 1, exited: 1, since: '' };
  const here = { entered: 1, exited: 0, since: '' };
  /** The engine, as it tells of executions that stand at these states. */
  const engine = (visits: Readonly<Record<string, Readonly<Record<string, StateVisits>>>>, asl = deployed) => ({
    list: async function* () {
      for (const name of Object.keys(visits))
        yield await Promise.resolve({ workflow: 'book-trip', name, status: 'running' as const, startedAt: '' });
    },
    definition: () => Promise.resolve(asl),
    visits: (_workflow: string, name: string) => Promise.resolve(visits[name] ?? {}),
  });

  test('are those that are at the step or before it', async () => {
    const { running, steps } = await affectedExecutions(
      around,
      engine({
        first: {},
        second: { hotel: here },
        third: { hotel: gone, flight: here },
        last: { hotel: gone, flight: gone, car: here },
      }),
    );
    expect(running).toBe(4);
    expect(steps.map(({ step, executions }) => [step, executions])).toEqual([
      ['hotel', ['first', 'second']],
      ['flight', ['first', 'second', 'third']],
      ['car', ['first', 'second', 'third', 'last']],
    ]);
    const undo = command('Cancel', z.object({ booking: z.string(), fee: z.number() }), { reply: Cancelled });
    const undone = await affectedExecutions(
      { ...around, types: new Map<string, MessageType>([...travel.types, ['Cancel', undo]]) },
      engine({ second: { hotel: here }, last: { hotel: gone, flight: gone, car: here } }),
    );
    // A step that is behind is undone when the last one fails.
    expect(undone.steps.map(({ step, executions }) => [step, executions])).toEqual([
      ['hotel', ['second', 'last']],
      ['flight', ['second', 'last']],
    ]);
  });

  test('are looked at on their own definition: arms that were not taken are not ahead, elements of maps are', async () => {
    const arms = defineWorkflow(travel, 'book-trip', { startedBy: TripWanted }, (flow, wish) => {
      const hotel = flow.request('hotel', Cancel, { trip: wish.trip, what: '', booking: '' }, within);
      flow.match(flow.is(hotel.booking, '=', 'x'), {
        true: () => {
          flow.request('flight', Book, { trip: wish.trip, what: 'flight' }, within);
          flow.complete('flown');
        },
        false: () =>
          flow.map(
            'seats',
            wish.travellers,
            (what) => void flow.request('seat', Book, { trip: wish.trip, what }, within),
          ),
      });
      flow.request('car', Book, { trip: wish.trip, what: 'car' }, within);
      flow.complete('booked');
    }).asl;
    const { steps } = await affectedExecutions(
      around,
      engine(
        {
          start: { hotel: here },
          flies: { hotel: gone, flight: here },
          sits: { hotel: gone, seats: here, seat: gone },
        },
        arms,
      ),
    );
    expect(Object.fromEntries(steps.map(({ step, executions }) => [step, executions]))).toEqual({
      flight: ['start', 'flies'],
      seat: ['start', 'sits'],
      car: ['start', 'sits'],
    });
  });

  test('have a step of a branch behind them while another branch still runs', async () => {
    const sides = defineWorkflow(travel, 'book-trip', { startedBy: TripWanted }, (flow, wish) => {
      const book = (what: string) => void flow.request(what, Book, { trip: wish.trip, what }, within);
      flow.parallel({ one: () => book('hotel'), other: () => book('flight') });
      book('car');
      flow.complete('booked');
    }).asl;
    const both = sides.StartAt;
    const { steps } = await affectedExecutions(
      around,
      engine({ e: { [both]: here, hotel: gone, flight: here } }, sides),
    );
    expect(steps.map(({ step }) => step)).toEqual(['flight', 'car']);
  });

  test('are counted in full and named up to twenty', async () => {
    const many = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`e${index}`, { hotel: here }]));
    const affected = await affectedExecutions(around, engine(many));
    const [hotel] = affected.steps;
    expect(hotel).toMatchObject({ step: 'hotel', count: 25 });
    expect(hotel?.executions).toHaveLength(20);
    const { running, lookedAt, steps } = affected;
    const change = { ...compareDefinitions({ ...around, deployed, running: 2 }), running, lookedAt };
    const text = changeText([{ ...change, affected: steps }], plainPaint).join('\n');
    expect(text).toMatch(
      /breaks running executions: step 'hotel' sends Book v1 without nights.*\n {4}25 at or before it: e0, e1, .*, e19, \.\.\.\n/,
    );
    expect(changeText([{ ...change, affected: [] }], plainPaint).join('\n')).toContain(
      "nobody runs into it: step 'hotel'",
    );
  });
});
