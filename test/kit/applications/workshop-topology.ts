import * as z from 'zod';
import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { defineTopology, type SelectionSpec } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';

/** A workshop: jobs are given to whoever can do them best. What a channel selects by is the test's. */
export const Repaired = event('Repaired', z.object({ by: z.string() }));
export const Repair = command('Repair', z.object({ part: z.string() }), { reply: Repaired });
export const JobCame = event('JobCame', z.object({ part: z.string() }));
export const OrderPlaced = event('OrderPlaced', z.object({ part: z.string() }));

const once = { priorities: ['normal'], expires: '1 day', tries: 1 } as const;

/** The topology, with the selection of its channel of jobs. */
export function workshopWith(selection: SelectionSpec) {
  return defineTopology('workshop', {
    capabilities: {
      weld: { description: 'Joins parts of metal.' },
      paint: { description: 'Gives parts a coat of paint.' },
    },
    channels: {
      jobs: {
        carries: [Repair],
        qos: once,
        selection,
        escalation: [{ agent: 'another', times: 2, timeout: '10 seconds' }, { person: '1 hour' }],
      },
      results: { carries: [Repaired], qos: once },
      news: { carries: [JobCame, OrderPlaced], qos: once },
    },
    agents: {
      allrounder: { subscribes: ['jobs'], capabilities: ['weld', 'paint'] },
      painter: { subscribes: ['jobs'], capabilities: { paint: 0.9 } },
      apprentice: { subscribes: ['jobs'], capabilities: { weld: 0.3 } },
      smith: { subscribes: ['jobs'], capabilities: { weld: 1 } },
      desk: { subscribes: ['news'], publishes: [Repair] },
      watch: { subscribes: ['system.people'] },
    },
    clients: { counter: { publishes: [Repair, JobCame, OrderPlaced] } },
  });
}

/** Topology of a workshop. */
export type Workshop = ReturnType<typeof workshopWith>;

/** Worker of the workshop. */
export type Worker = 'allrounder' | 'painter' | 'apprentice' | 'smith';

/** Records of the jobs, and the behaviour of workers. */
export interface Shift {
  /** Workers who were asked, once for each time. */
  readonly asked: string[];
  /** News that a person is needed. */
  readonly people: string[];
  /** Workers that never answer. */
  readonly silent?: ReadonlySet<Worker>;
  /** Workers whose handlings fail. */
  readonly failing?: ReadonlySet<Worker>;
}

/** Agents of a shift. The desk has jobs that come welded. */
export function workersOf(workshop: Workshop, { asked, people, silent, failing }: Shift) {
  const worker = (id: Worker) =>
    createAgent(workshop, id).handle({
      Repair: ({ attempt }, { effectKey, replyLater }) => {
        asked.push(`${id} ${attempt}`);
        if (failing?.has(id)) throw new Error(`${id} broke it`);
        if (silent?.has(id)) return replyLater({ key: `${effectKey} ${attempt}`, within: '1 hour' });
        return { by: id };
      },
    });
  const desk = createAgent(workshop, 'desk').handle({
    JobCame: ({ data }, { publish }) =>
      void publish(Repair, data, { to: { capabilities: ['weld'] }, deadline: '2 hours' }),
    otherwise: () => undefined,
  });
  const watch = createAgent(workshop, 'watch').handle({
    PersonNeeded: ({ data }) => void people.push(`${data.type} ${data.attempt}`),
  });
  return [worker('allrounder'), worker('painter'), worker('apprentice'), worker('smith'), desk, watch];
}

/** A workflow that has an order welded. */
export function orderIn(workshop: Workshop) {
  return defineWorkflow(workshop, 'order', { startedBy: OrderPlaced }, (flow, placed) => {
    const { by } = flow.request(
      'weld it',
      Repair,
      { part: placed.part },
      { to: { capabilities: ['weld'] }, timeout: '2 hours' },
    );
    return flow.complete('welded', { by });
  });
}
