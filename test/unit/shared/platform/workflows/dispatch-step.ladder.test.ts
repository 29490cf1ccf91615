import { requestText } from '../../../../../cli/render/requests.js';
import { plainPaint } from '../../../../../cli/render/paint.js';
import { newId } from '../../../../../shared/domain/base/ids.js';
import { visible } from '../../../../../shared/operator/requests/answer-request.js';
import { dispatchStep } from '../../../../../shared/platform/workflows/dispatch-step.js';
import { fireTimer } from '../../../../../shared/platform/requests/fire-timer.js';
import { defineTopology } from 'laneway/topology';
import { Advise, Advised, CallMade, helpline } from '../../../../kit/applications/helpline-topology.js';
import { platformWorld, type PlatformStand } from '../../../../kit/stands/platform-world.js';

/** The helpline after a deployment: another ladder on the channel, the second agent gone, the third without capabilities. */
const changed = defineTopology('helpline', {
  channels: {
    advice: {
      carries: [Advise],
      qos: { priorities: ['normal'], expires: '10 minutes', tries: 1 },
      escalation: [{ agent: 'third', timeout: '6 seconds' }],
    },
    answers: { carries: [Advised] },
    calls: { carries: [CallMade] },
  },
  agents: { first: { subscribes: ['advice'] }, third: { subscribes: ['advice'] } },
  clients: { phone: { publishes: [CallMade] } },
});

const id = newId();
const payload = {
  ...{ kind: 'request', token: 'token-1', workflow: 'advise', execution: `advise-${id}`, step: 'ask', generation: 0 },
  message: {
    ...{ id, type: CallMade.name, source: 'laneway.helpline.client.phone', time: '2026-01-01T00:00:00.000Z' },
    ...{ correlationid: 'conversation-1', priority: 'normal', hops: 1 },
  },
  ...{ type: Advise.name, data: { about: 'a lease' }, timeoutSeconds: 100 },
  attempts: {
    ...{ timeout: '10 seconds', tries: 2 },
    fallback: [
      { agent: { capability: 'law' }, times: 2, timeout: '20 seconds' },
      { channel: 'advice.night', timeout: '15 seconds' },
    ],
  },
};

function worldOf(topology: typeof helpline | typeof changed): PlatformStand {
  const world = platformWorld(topology);
  world.wait('token-1');
  return world;
}

/** Fires timers until the request ends. @returns who was asked, and on which channel */
async function untilEnd(world: PlatformStand, requestId: string): Promise<string[]> {
  for (;;) {
    const record = await world.pending.get(requestId);
    if (!record || record.outcome) break;
    world.clock.advanceTo(Math.max(world.clock.now(), Date.parse(record.deadline)));
    await fireTimer({ requestId, at: world.clock.now() }, world);
  }
  const byId = new Map(world.ofType(Advise.name).map((envelope) => [envelope.id, envelope]));
  return [...byId.values()].map(({ receiver = '', channel, attempt }) => `${attempt} ${receiver} on ${channel}`);
}

test('a request goes on as it began, whatever is deployed meanwhile', async () => {
  const world = worldOf(helpline);
  const { requestId = '' } = await dispatchStep(payload, world);
  const [first] = world.ofType(Advise.name);
  expect(first?.escalates).toBe(true);
  const record = await world.pending.get(requestId);
  expect(record?.climb?.ladder).toEqual([
    { kind: 'retry', times: 1, timeout: 10_000, backoff: { first: 1_000, most: 60_000 } },
    { kind: 'agent', agents: ['second', 'third'], times: 2, timeout: 20_000 },
    { kind: 'channel', channel: 'advice.night', agents: ['night'], timeout: 15_000 },
  ]);
  if (!record) throw new Error('the request is not there');
  expect(requestText(visible(record), plainPaint).join('\n')).toMatch(
    /its own ladder +1 retry, second or third, channel advice\.night/,
  );
  // The functions of the next deployment take over; what the request says of its channel would be something else there.
  const next = { ...world, topology: changed, publishing: { ...world.publishing, topology: changed } };
  expect(await untilEnd({ ...next }, requestId)).toEqual([
    '1 first on advice',
    '2 first on advice',
    '3 second on advice',
    '4 third on advice',
    '5 night on advice.night',
  ]);
});

test('a request of an execution that began before a deployment: who is gone is left out', async () => {
  const world = worldOf(changed);
  const { requestId = '' } = await dispatchStep(payload, world);
  expect(await untilEnd(world, requestId)).toEqual(['1 first on advice', '2 first on advice']);
  expect(world.answers).toMatchObject([{ ok: false, error: 'RequestTimedOut' }]);
});

test('a dispatcher that is called again makes no other request, and keeps the ladder', async () => {
  const world = worldOf(helpline);
  const { requestId = '' } = await dispatchStep(payload, world);
  const before = await world.pending.get(requestId);
  world.clock.advance(3_000);
  world.wait('token-2');
  await dispatchStep({ ...payload, token: 'token-2' }, world);
  expect(await world.pending.get(requestId)).toEqual({ ...before, waiter: { ...before?.waiter, token: 'token-2' } });
});

test('a ladder that cannot be read is refused; nobody is left waiting for nothing', async () => {
  const world = worldOf(helpline);
  const attempts = { ...payload.attempts, timeout: 'soon' };
  await expect(dispatchStep({ ...payload, attempts }, world)).rejects.toMatchObject({ code: 'INVALID_WORKFLOW' });
});
