import fc from 'fast-check';
import { LanewayError } from '../../../../shared/domain/base/errors.js';
import { isExactEnvelope } from '../../../../shared/domain/wire/envelope.js';
import { publishMessage } from '../../../../shared/publishing/publish-message.js';
import { OrderPlaced, ReserveStock, shop } from '../../../kit/applications/fixture-topology.js';
import { platformWorld } from '../../../kit/stands/platform-world.js';

const codeOf = (error: unknown): string => (error instanceof LanewayError ? error.code : String(error));

async function publish(
  options: object,
  standing: object = {},
  type: typeof OrderPlaced | typeof ReserveStock = OrderPlaced,
) {
  const world = platformWorld(shop);
  const publishing = world.publishingAs('client', 'web-shop');
  const error = await publishMessage(
    publishing,
    type,
    { order: 'o' },
    {
      ...options,
      ...standing,
    },
  ).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { error, sent: world.bus.published, kept: world.payloads.texts.size };
}

const odd = {
  subject: [undefined, '', 'a', 'x'.repeat(1_024), 'x'.repeat(1_025), null, 5, '\uffff', '\ud800'],
  deadline: [
    ...[
      undefined,
      null,
      new Date(8.64e15),
      new Date(-8.64e15),
      new Date(Number.NaN),
      new Date(Date.UTC(2026, 0, 1)),
      5,
    ],
    ...['1 minute', '3000000 days', '0 days', '366 days', '367 days', 'soon', `${'9'.repeat(400)} days`],
  ],
  expires: [
    undefined,
    null,
    '1 minute',
    '3000000 days',
    '400 days',
    '366 days',
    `${'9'.repeat(400)} days`,
    '-1 days',
    7,
  ],
  priority: [undefined, 'critical', 'low', 'urgent', null],
} as const;
const oddStanding = {
  id: [undefined, 'a', '', 'a b', 'x'.repeat(128), 'x'.repeat(129), null, 7, '\uffff'],
  correlationId: [undefined, 'c', '', 'c/d', 7],
  tenant: [undefined, '', 't', 'x'.repeat(256), 'x'.repeat(257), null, 7],
  actor: [undefined, '', 'a', 'x'.repeat(257), {}],
  traceparent: [undefined, 'x', 'x'.repeat(65), 7],
} as const;

/** A few of the fields, each with one of its values. */
const someOf = (values: Readonly<Record<string, readonly unknown[]>>) =>
  fc
    .array(
      fc
        .constantFrom(...Object.keys(values))
        .chain((name) => fc.tuple(fc.constant(name), fc.constantFrom(...(values[name] ?? [])))),
      { maxLength: 2 },
    )
    .map((fields) => Object.fromEntries(fields));

test('what publishing accepts is an envelope that every receiver accepts; all else is refused before anything is kept', async () => {
  const codes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      someOf(odd),
      someOf(oddStanding),
      fc.constantFrom(OrderPlaced, ReserveStock),
      async (options, standing, type) => {
        const { error, sent } = await publish(options, standing, type);
        if (error === undefined) {
          expect(sent.length).toBeGreaterThan(0);
          for (const envelope of sent) {
            expect(isExactEnvelope(JSON.parse(JSON.stringify(envelope)))).toBe(true);
            expect(envelope.subject).not.toBe('');
          }
          codes.add('sent');
        } else {
          codes.add(codeOf(error));
          expect(['INVALID_OPTION', 'INVALID_DURATION', 'REQUEST_TIMED_OUT']).toContain(codeOf(error));
          expect(sent).toEqual([]);
        }
      },
    ),
    { numRuns: 600 },
  );
  expect([...codes].sort()).toEqual(['INVALID_DURATION', 'INVALID_OPTION', 'REQUEST_TIMED_OUT', 'sent']);
});

test.each([
  [{ subject: '' }, 'subject is empty'],
  [{ subject: null }, 'subject is null'],
  [{ subject: 'x'.repeat(1_025) }, 'subject is a text of 1025 characters'],
  [{ deadline: new Date(8.64e15) }, 'deadline is +275760-09-13T00:00:00.000Z'],
  [{ deadline: new Date(Number.NaN) }, 'deadline is an invalid Date'],
  [{ expires: '3000000 days' }, "expires '3000000 days'"],
])('%j is refused as INVALID_OPTION', async (options, what) => {
  const { error } = await publish(options);
  expect(codeOf(error)).toBe('INVALID_OPTION');
  expect((error as LanewayError).message).toContain(what);
  expect((error as LanewayError).help.join()).toContain('allowed: ');
});

test.each([
  [{ tenant: '' }, 'tenant'],
  [{ actor: 'x'.repeat(257) }, 'actor'],
])('%j is refused as INVALID_OPTION that names the attribute', async (standing, what) => {
  const { error } = await publish({}, standing);
  expect(codeOf(error)).toBe('INVALID_OPTION');
  expect((error as LanewayError).message).toContain(what);
});
