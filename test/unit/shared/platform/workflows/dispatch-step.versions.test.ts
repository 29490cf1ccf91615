import * as z from 'zod';
import { command, event, older, type MessageType } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import type { DispatchRequest } from '../../../../../shared/domain/execution/dispatch.js';
import { idsOf } from '../../../../../shared/domain/execution/step-ids.js';
import { dispatchStep } from '../../../../../shared/platform/workflows/dispatch-step.js';
import { platformWorld } from '../../../../kit/stands/platform-world.js';

/**
 * An execution that was started with a definition of an earlier release comes to a step, whose payload is of that release's schema.
 */
const Paid = event('Paid', z.object({ transfer: z.string() }));
const first = z.object({ claim: z.string() });
const second = z.object({ claim: z.string(), reference: z.string().min(3) });

const insurer = (Pay: MessageType) =>
  defineTopology('insurer', {
    channels: { money: { carries: [Pay] }, answers: { carries: [Paid] } },
    agents: { treasury: { subscribes: ['money'] } },
    clients: { portal: { publishes: [Pay] } },
  });

const step: DispatchRequest = {
  ...{ kind: 'request', workflow: 'settle', execution: 'settle-1', step: 'pay', token: 'token-1', timeoutSeconds: 60 },
  ...{ type: 'Pay', version: 1, data: { claim: 'c-1' } },
  message: {
    ...{ id: 'start-1', type: 'ClaimReported', source: 'laneway.insurer.client.portal', correlationid: 'c', hops: 0 },
    ...{ time: '2026-01-01T00:00:00.000Z', priority: 'normal' },
  },
};

async function dispatched(Pay: MessageType, own: Partial<DispatchRequest> = {}) {
  const world = platformWorld(insurer(Pay));
  world.wait('token-1');
  await dispatchStep({ ...step, ...own }, world);
  const record = await world.pending.get(idsOf(step).requestId);
  return { world, record, sent: world.bus.published[0], answer: world.answers[0] };
}

test('a payload of an older version is upgraded, and sent as one of the latest', async () => {
  const accepts = [older(1, first, ({ claim }) => ({ claim, reference: `for ${claim}` }))];
  const { sent, answer } = await dispatched(command('Pay', second, { reply: Paid, version: 2, accepts }));
  expect(sent).toMatchObject({ data: { claim: 'c-1', reference: 'for c-1' }, dataschema: 'urn:laneway:Pay:2' });
  expect(answer).toBeUndefined();
});

test.each([
  [
    'a version that is no longer accepted',
    command('Pay', second, { reply: Paid, version: 2 }),
    {},
    /Pay v1 is no longer accepted/,
  ],
  [
    'a field that became necessary without a new version',
    command('Pay', second, { reply: Paid }),
    {},
    /Pay v1: reference: /,
  ],
  [
    'an upgrade that makes what does not fit',
    command('Pay', second, {
      reply: Paid,
      version: 2,
      accepts: [older(1, first, ({ claim }) => ({ claim, reference: '' }))],
    }),
    {},
    /Pay v2: reference: /,
  ],
  [
    'an upgrade that throws',
    command('Pay', second, {
      ...{ reply: Paid, version: 2 },
      accepts: [
        older(1, first, (): z.input<typeof second> => {
          throw new Error('no reference');
        }),
      ],
    }),
    {},
    /the upgrade of version 1 throws Error: no reference/,
  ],
  [
    'a payload that never fitted its version',
    command('Pay', second, {
      reply: Paid,
      version: 2,
      accepts: [older(1, first, ({ claim }) => ({ claim, reference: claim }))],
    }),
    { data: { claim: 7 } },
    /Pay v1: claim: /,
  ],
])('%s fails the step, with the place and a way on', async (_what, Pay, own, why) => {
  const { record, sent, answer } = await dispatched(Pay, own);
  expect(sent).toBeUndefined();
  expect(answer).toMatchObject({ ok: false, error: 'RequestFailed' });
  const { cause } = answer as { readonly cause: string };
  expect(cause).toMatch(/^SCHEMA: step 'pay' of 'settle' was written for Pay v1/);
  expect(cause).toMatch(why);
  expect(cause).toContain('older(');
  // The record is what an operator sees the step by.
  expect(record).toMatchObject({ type: 'Pay', outcome: { state: 'failed', error: { code: 'SCHEMA' } } });
});

test('a machine that was deployed before versions were said sends the latest', async () => {
  const { version, ...unversioned } = step;
  expect(version).toBe(1);
  const world = platformWorld(insurer(command('Pay', first, { reply: Paid })));
  await dispatchStep(unversioned, world);
  const [sent] = world.bus.published;
  expect(sent).toMatchObject({ data: { claim: 'c-1' }, dataschema: 'urn:laneway:Pay:1' });
});
