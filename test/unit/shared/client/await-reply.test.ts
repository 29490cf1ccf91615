import { command, event } from 'laneway/message';
import * as z from 'zod';
import { awaitReply, PLATFORM_MARGIN_MS, type Asked } from '../../../../shared/client/await-reply.js';
import { putText } from '../../../../shared/domain/delivery/claim-check.js';
import { LanewayError } from '../../../../shared/domain/base/errors.js';
import type { RequestOutcome } from '../../../../shared/domain/request/pending.js';
import { ManualClock } from '../../../../shared/testing/memory/manual-clock.js';
import { MemoryPayloads } from '../../../../shared/testing/memory/memory-payloads.js';
import { MemoryPending } from '../../../../shared/testing/memory/memory-pending.js';

const Weighed = event('Weighed', z.object({ grams: z.number() }));
const Weigh = command('Weigh', z.object({}), { reply: Weighed });
const asked: Asked = {
  command: Weigh,
  receipt: { id: 'm', correlationId: 'c', requestId: 'r' },
  timeout: '10 minutes',
};
const away = () => Promise.reject(new LanewayError('UNAVAILABLE', 'reading request r: ThrottlingException: away'));
const reply = { type: 'Weighed', dataschema: 'urn:laneway:Weighed:1' } as const;

/** A client that waits, over stores that fail from one time to another, seconds; at 60 s the request ends. */
async function wait(
  ended: Omit<Extract<RequestOutcome, { state: 'replied' }>, 'by' | 'at'>,
  faults: {
    readonly pending?: readonly [from: number, to: number];
    readonly payloads?: readonly [from: number, to: number];
  },
) {
  const clock = new ManualClock();
  const start = clock.now();
  const [pending, payloads] = [new MemoryPending(), new MemoryPayloads()];
  const deadline = new Date(start + 600_000).toISOString();
  await pending.open({
    ...{ requestId: 'r', correlationId: 'c', messageId: 'm', type: 'Weigh', replyType: 'Weighed' },
    ...{ deadline, attempt: 1, waiter: { kind: 'client' }, hops: 0 },
  });
  const reference = await putText('platform/replies=client.gate/c', JSON.stringify({ grams: 8 }), payloads);
  const within = (fault: readonly [number, number] = [0, 0]) => {
    const at = (clock.now() - start) / 1_000;
    return at >= fault[0] && at < fault[1];
  };
  const read = pending.get.bind(pending);
  pending.get = (requestId) => (within(faults.pending) ? away() : read(requestId));
  const load = payloads.get.bind(payloads);
  payloads.get = (name) => (within(faults.payloads) ? away() : load(name));
  const pause = async (ms: number) => {
    const before = clock.now() - start;
    clock.advance(ms);
    if (before < 60_000 && clock.now() - start >= 60_000) {
      const outcome = 'dataref' in ended ? { ...ended, ...reference } : ended;
      await pending.close('r', { ...outcome, by: 'w', at: new Date(clock.now()).toISOString() });
    }
  };
  const answer = awaitReply({ clock, payloads, pending }, asked, pause);
  return { answer, waited: () => clock.now() - start };
}

const inline = { state: 'replied', ...reply, data: { grams: 7 } } as const;

test('a record that cannot be read for minutes is read again, and the reply comes', async () => {
  const { answer } = await wait(inline, { pending: [1, 400] });
  expect(await answer).toEqual({ grams: 7 });
});

test('so is a reply whose payload cannot be read', async () => {
  const { answer } = await wait({ state: 'replied', ...reply, dataref: '' }, { payloads: [0, 90] });
  expect(await answer).toEqual({ grams: 8 });
});

test('a record that cannot be read at all ends the wait with the timeout, and says why', async () => {
  const { answer, waited } = await wait(inline, { pending: [0, Number.POSITIVE_INFINITY] });
  await expect(answer).rejects.toMatchObject({
    code: 'REQUEST_TIMED_OUT',
    cause: { code: 'UNAVAILABLE', message: expect.stringContaining('ThrottlingException') as unknown },
  });
  expect(waited()).toBeGreaterThanOrEqual(600_000 + PLATFORM_MARGIN_MS);
});

test('a failure that does not pass ends the wait at once', async () => {
  const { answer, waited } = await wait({ ...inline, data: { grams: 'many' } }, {});
  await expect(answer).rejects.toMatchObject({ code: 'SCHEMA' });
  expect(waited()).toBeLessThan(70_000);
});
