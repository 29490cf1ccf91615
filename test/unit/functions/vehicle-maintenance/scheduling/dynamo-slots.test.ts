import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { dynamoSlots } from '../../../../../functions/vehicle-maintenance/scheduling/dynamo-slots.js';
import { SAMPLE_CENTRES } from '../../../../../functions/vehicle-maintenance/scheduling/service-centre.js';
import type { SlotBook } from '../../../../../functions/vehicle-maintenance/scheduling/slot-book.js';
import type { ServiceRequest } from '../../../../../functions/vehicle-maintenance/schemas.js';
import { VIN } from '../../../../kit/generators/readings.js';

/** Cases that the contract suite on an engine cannot provoke: collisions of transactions, and errors of the service. */
describe('dynamoSlots', () => {
  const client = mockClient(DynamoDBDocumentClient);
  const request: ServiceRequest = { vin: VIN, component: 'lubrication', urgency: 'soon' };
  const cancelled = (...codes: string[]): TransactionCanceledException =>
    new TransactionCanceledException({
      message: 'cancelled',
      $metadata: {},
      CancellationReasons: codes.map((Code) => ({ Code })),
    });
  const open = (): SlotBook =>
    dynamoSlots({
      client: DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-west-1' })),
      tableName: 'slots',
      centres: SAMPLE_CENTRES.slice(0, 1),
      now: () => new Date('2026-03-02T09:30:00Z'),
    });
  beforeEach(() => {
    client.reset();
    client.on(GetCommand).resolves({});
    client.on(BatchGetCommand).resolves({});
  });

  it('takes the next best slot when the best is lost', async () => {
    client.on(TransactWriteCommand).rejectsOnce(cancelled('None', 'ConditionalCheckFailed')).resolves({});
    expect(await open().book(request, 'e')).toMatchObject({ status: 'booked', slot: { bay: 2 } });
  });

  it('treats a collision as somebody else getting on, and looks again when nothing else is left', async () => {
    client.on(TransactWriteCommand).rejectsOnce(cancelled('None', 'TransactionConflict')).resolves({});
    const oneHour = { ...request, earliest: '2026-03-02T14:00:00Z', latest: '2026-03-02T14:30:00Z' };
    expect(await open().book(oneHour, 'e')).toMatchObject({ status: 'booked', slot: { bay: 2 } });
    client.on(TransactWriteCommand).rejects(cancelled('None', 'TransactionConflict'));
    await expect(open().book(oneHour, 'e')).rejects.toThrow('collided with others 8 times');
  });

  it('returns the booking that another try of the same effect has made meanwhile', async () => {
    const booking = {
      bookingId: 'bk',
      vin: VIN,
      centreName: 'C',
      state: 'booked',
      slot: { id: 's', centreId: 'c', bay: 1, start: '', end: '' },
    };
    client.on(TransactWriteCommand).rejects(cancelled('ConditionalCheckFailed', 'None'));
    client.on(GetCommand).resolvesOnce({}).resolves({ Item: { booking } });
    expect(await open().book(request, 'e')).toMatchObject({ status: 'booked', bookingId: 'bk' });
  });

  describe('a release that meets others', () => {
    const slot = { id: 's', centreId: 'c', bay: 1, start: '', end: '' };
    const hold = { bookingId: 'hold', vin: VIN, centreName: 'C', state: 'held', slot };

    it('looks again when the hold has been taken over meanwhile, and frees the booking', async () => {
      client.on(TransactWriteCommand).rejectsOnce(cancelled('ConditionalCheckFailed', 'None')).resolves({});
      client
        .on(GetCommand)
        .resolvesOnce({ Item: { booking: hold } })
        .resolvesOnce({ Item: { booking: { ...hold, state: 'converted', convertedTo: 'bk' } } })
        .resolves({ Item: { booking: { ...hold, bookingId: 'bk', state: 'booked' } } });
      expect(await open().release('hold', 'undo')).toBe(true);
      const [, written] = client.commandCalls(TransactWriteCommand).map(({ args }) => args[0].input.TransactItems);
      expect(written?.[0]?.Update?.Key).toEqual({ pk: 'booking#bk', sk: 'booking' });
      expect(written?.[1]?.Delete?.ExpressionAttributeValues).toEqual({ ':id': 'bk' });
    });

    it('says no when the slot belongs to another', async () => {
      client.on(TransactWriteCommand).rejects(cancelled('None', 'ConditionalCheckFailed'));
      client.on(GetCommand).resolves({ Item: { booking: hold } });
      expect(await open().release('hold', 'undo')).toBe(false);
    });

    it('gives up after many collisions, so that it is tried again', async () => {
      client.on(TransactWriteCommand).rejects(cancelled('TransactionConflict', 'None'));
      client.on(GetCommand).resolves({ Item: { booking: hold } });
      await expect(open().release('hold', 'undo')).rejects.toThrow('collided with others 8 times');
    });
  });

  it('passes on what is no lost condition', async () => {
    client.on(TransactWriteCommand).rejects(cancelled('None', 'ThrottlingError'));
    await expect(open().book(request, 'e')).rejects.toThrow('cancelled');
    client.on(TransactWriteCommand).rejects(new Error('socket closed'));
    await expect(open().book(request, 'e')).rejects.toThrow('socket closed');
  });
});
