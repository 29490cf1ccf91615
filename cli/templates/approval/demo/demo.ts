import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'laneway/client';
import { createHarness } from 'laneway/testing';
import { auditor } from '../src/auditor/agent.js';
import { ExpenseClaimed } from '../src/messages.js';
import { topology } from '../src/topology.js';
import { expense } from '../src/workflows/expense.js';
import { deployLocally, laneway } from './local-engine.js';

const claim = { claim: 'E-1', cents: 90_000 };
const decider = { by: 'ann', why: 'seen the receipt' };

if (deployLocally()) {
  const desk = await connect(topology, { as: 'desk' });
  const { correlationId } = await desk.publish(ExpenseClaimed, claim);
  const approval = await openApproval(correlationId);
  console.log(`decide: npx laneway approval approve ${approval} --reason '${decider.why}' --by ${decider.by}`);
  const { status } = laneway('approval', 'approve', approval, '--reason', decider.why, '--by', decider.by);
  if (status !== 0) throw new Error('the approval was not taken; why stands above');
  // Ends when neither a delivery nor the workflow is in flight.
  for await (const entry of desk.conversation(correlationId)) void entry;
  console.log(laneway('trace', correlationId).stdout);
} else {
  const world = createHarness(topology, { agents: [auditor.with({})], workflows: [expense] });
  const { correlationId } = await world.publish(ExpenseClaimed, claim);
  await world.advance('1 minute');
  const [open] = await world.approvals();
  await world.decide(open?.requestId ?? '', 'approved', decider);
  await world.settle();
  console.log(world.conversation(correlationId).sequence);
}

/** The approval that the workflow of a conversation waits for, as soon as it does. */
async function openApproval(conversation: string): Promise<string> {
  for (const giveUp = Date.now() + 120_000; Date.now() < giveUp; await sleep(500)) {
    const open = JSON.parse(laneway('approval', 'list', '--json', '--quiet').stdout) as {
      id: string;
      conversation: string;
    }[];
    const own = open.find((one) => one.conversation === conversation);
    if (own !== undefined) return own.id;
  }
  throw new Error('the workflow did not come to its approval within two minutes: laneway workflow list');
}
