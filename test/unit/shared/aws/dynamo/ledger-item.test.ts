import { originOf } from '../../../../../shared/domain/wire/writers.js';
import { LanewayError } from '../../../../../shared/domain/base/errors.js';
import type { LedgerEntry } from '../../../../../shared/domain/evidence/conversation.js';
import {
  deliveryFrom,
  entryFrom,
  entryItemKey,
  factAttributes,
  ledgerPlace,
} from '../../../../../shared/aws/dynamo/ledger-item.js';
import { factsOf } from '../../../../../shared/domain/delivery/delivery.js';
import { readOrPass, UnreadableRows } from '../../../../../shared/domain/form/passed-over.js';
import { anEnvelope, SOME_ERROR } from '../../../../kit/generators/sample-messages.js';

const AT = '2026-01-01T00:00:00.000Z';
const VICTIM = 'conversation-1';
/** The one writer under whose name a taken agent may write. */
const thief = (sk: string) => ({ pk: `agent.thief#${VICTIM}`, sk });

/** Origin of the sample envelope. */
const ORIGIN = originOf(anEnvelope());

const facts = factAttributes(factsOf(anEnvelope()));
const letter = {
  ...{ id: '1', correlationId: VICTIM, receiver: 'victim', reason: 'permanent', signature: 's', error: SOME_ERROR },
  ...{ tries: 1, at: AT, bodyRef: 'b' },
};
const operator = { id: 'decision', correlationId: VICTIM, action: 'answer', by: 'thief', why: 'no', at: AT } as const;

/** Items that a taken agent may put under its own key, each in the form of what others write. */
const FORGERIES = [
  [
    'an intent of an operator',
    {
      ...thief('m#1'),
      envelope: JSON.stringify(
        anEnvelope({ id: '1', correlationid: VICTIM, source: 'laneway.sample.platform.operator' }),
      ),
    },
  ],
  [
    'an intent of its own in the conversation of another key',
    {
      ...thief('m#1'),
      envelope: JSON.stringify(anEnvelope({ id: '1', correlationid: 'other', source: 'laneway.sample.agent.thief' })),
    },
  ],
  [
    "another's delivery that is completed",
    { ...thief(`d#1#${ORIGIN}#victim`), ...facts, state: 'completed', first: AT, updated: AT },
  ],
  ['a dead letter', { ...thief('x#1'), letter: JSON.stringify(letter) }],
  ['a decision', { ...thief('o#decision'), entry: JSON.stringify({ ...operator, decision: 'approved' }) }],
  ['a note of an operator', { ...thief('o#decision'), entry: JSON.stringify(operator) }],
  [
    'the end of a request',
    {
      ...thief('r#1#replied#2'),
      entry: JSON.stringify({ correlationId: VICTIM, requestId: '1', state: 'replied', by: '2', at: AT, type: 'Ask' }),
    },
  ],
] as const;

test.each(FORGERIES)('%s under the key of an agent is no entry', (_name, item) => {
  expect(() => entryFrom(item)).toThrow(LanewayError);
  expect(() => entryFrom(item)).toThrow("'agent.thief' wrote");
  const passedOver = new UnreadableRows();
  expect(readOrPass(item, entryFrom, ledgerPlace, passedOver)).toBeUndefined();
  expect(passedOver.take().rows).toMatchObject([{ kind: 'ledger row', where: `${item.pk} ${item.sk}` }]);
});

const own = { ...thief(`d#1#${ORIGIN}#thief`), ...facts, state: 'completed', first: AT, updated: AT };

test('a delivery is of the receiver that its key names', () => {
  expect(deliveryFrom(own)).toMatchObject({ correlationId: VICTIM, messageId: '1', origin: ORIGIN, receiver: 'thief' });
  expect(() => deliveryFrom({ ...own, sk: `d#1#${ORIGIN}#victim` })).toThrow(
    'only agent.victim#conversation-1 may hold',
  );
});

test('a delivery says of its message what its key says', () => {
  const other = factAttributes({ ...factsOf(anEnvelope()), source: 'laneway.sample.agent.somebody' });
  expect(() => deliveryFrom({ ...own, ...other })).toThrow('the source is not of the origin');
  expect(deliveryFrom(own).facts.channel).toBe(anEnvelope().channel);
});

const ownMessage = (envelope: string) => ({ ...thief('m#1'), envelope });

test.each([
  ['half of a text', ownMessage('{'), 'the attribute envelope is not JSON'],
  ['no object', ownMessage('"text"'), 'the attribute envelope holds no object'],
  ['a number', { ...thief('m#1'), envelope: 7 }, 'the attribute envelope is no text'],
  ['nothing', thief('m#1'), 'the attribute envelope holds no object'],
  ['ten thousand levels', ownMessage('['.repeat(10_000)), 'the attribute envelope is nested more than 250 deep'],
  ['no envelope', ownMessage('{"id":7}'), 'not a Laneway envelope'],
  ['a state that is none', { ...own, state: 'lost' }, 'the delivery has another form than its writers give it: state'],
  ['tries without end', { ...own, tries: 1e300 }, 'the delivery has another form than its writers give it: tries'],
  ['no facts', { ...own, type: '' }, 'the delivery has another form than its writers give it: facts.type'],
  ['emissions that are no list', { ...own, emissions: '{}' }, 'the delivery has another form'],
  ['an instant that is none', { ...own, updated: 'soon' }, 'the delivery has another form'],
])('a row with %s cannot be read, and the error quotes nothing of it', (_name, item, words) => {
  expect(() => entryFrom(item)).toThrow(LanewayError);
  expect(() => entryFrom(item)).toThrow(words);
});

test('what a sender may write in an envelope makes no row of its receiver unreadable', () => {
  const odd = anEnvelope({ time: '0001-01-01T00:00:00+14:00', type: 'Ö'.repeat(256), hops: Number.MAX_SAFE_INTEGER });
  const cancelled = JSON.stringify({ by: '1', why: '\ud800', at: AT });
  const item = { ...own, ...factAttributes(factsOf(odd)), cancelled };
  expect(deliveryFrom(item)).toMatchObject({ facts: { type: odd.type }, cancelled: { why: '\ud800' } });
});

test('every entry stands under the name of its writer', () => {
  const pk = (entry: LedgerEntry) => entryItemKey(entry).pk;
  const message = (source: string): LedgerEntry => ({
    kind: 'message',
    at: AT,
    intent: { envelope: anEnvelope({ source, correlationid: VICTIM }), expected: [] },
  });
  expect(pk(message('laneway.sample.client.web'))).toBe(`client.web#${VICTIM}`);
  expect(pk(message('laneway.sample.ingress.mail'))).toBe(`ingress.mail#${VICTIM}`);
  expect(pk(message('laneway.sample.platform.sweeper'))).toBe(`platform#${VICTIM}`);
  expect(pk(message('laneway.sample.platform.approval-page'))).toBe(`approval#${VICTIM}`);
  expect(pk({ kind: 'operator', at: AT, operator })).toBe(`platform#${VICTIM}`);
  expect(pk({ kind: 'operator', at: AT, operator: { ...operator, decision: 'rejected' } })).toBe(`approval#${VICTIM}`);
  expect(() => pk(message('somebody'))).toThrow("'somebody' is the source of no publisher");
});
