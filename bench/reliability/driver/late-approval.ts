import * as z from 'zod';
import { createAgent } from 'laneway/agent';
import { event, type Duration } from 'laneway/message';
import { createHarness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';

const Wished = event('Wished', z.object({ what: z.string() }));

const guests = defineTopology('guests', {
  channels: { wishes: { carries: [Wished] } },
  agents: { porter: { subscribes: ['approvals.requested', 'workflow.events'] } },
  clients: { guest: { publishes: [Wished] } },
});
const agree = defineWorkflow(guests, 'agree', { startedBy: Wished, deadline: '9 days' }, (flow, wished) => {
  flow.approval('agree', { title: wished.what, approvers: 'hosts', timeout: '70 hours' });
  flow.complete('agreed');
});

/** Effects of a run in which all is right: people were asked with a link, and what they decided was heard. */
export const ASKED_EFFECTS = 2;

/** People are to be asked while no link can be signed; they decide when they have been. @returns effects, and calls struck */
export async function askLate(
  seed: number,
  lasts: Duration,
  note: (what: string) => void,
): Promise<{ readonly done: ReadonlySet<string>; readonly struck: number }> {
  const done = new Set<string>();
  const act = (what: string): void => {
    done.add(what);
    note(what);
  };
  const porter = createAgent(guests, 'porter').handle({
    ApprovalRequested: ({ data }) => {
      if (data.link !== undefined) act('asked');
    },
    WorkflowCompleted: ({ data }) => {
      if (data.result === 'agreed') act('agreed');
    },
    otherwise: () => undefined,
  });
  const world = createHarness(guests, { agents: [porter], workflows: [agree], seed, approvalLinks: true });
  world.faults.outage({ port: 'linkSigner', for: lasts });
  await world.publish(Wished, { what: 'tea' });
  await world.advance(lasts);
  // A step that could not be dispatched is tried again no later than two fifths of the time since.
  await world.advance('20 hours');
  for (const { requestId } of await world.approvals())
    await world.decide(requestId, 'approved', { by: 'host', why: 'why not' });
  await world.settle();
  return { done, struck: world.faults.struck };
}
