import {
  BatchGetCommand,
  GetCommand,
  TransactWriteCommand,
  type DynamoDBDocumentClient,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { ServiceRequest, ServiceResult, Slot } from '../schemas.js';
import {
  bookingIdFor,
  draftBooking,
  resultOf,
  unavailable,
  type Booking,
  type SlotBook,
  type SlotBookOptions,
} from './slot-book.js';
import { rankSlots, type Candidate } from './slot-candidates.js';

/** Storage of the book: a table with partition key `pk` and sort key `sk`, both strings. */
export interface DynamoSlotsOptions extends SlotBookOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** Candidates looked at in one read; few are taken, so that the first page nearly always suffices. */
const PAGE = 25;
/** Passes over the candidates while transactions collide; after a collision another caller has got on. */
const PASSES = 8;

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

const slotKey = (slot: Pick<Slot, 'id'>): { pk: string; sk: string } => ({ pk: `slot#${slot.id}`, sk: 'slot' });
const bookingKey = (bookingId: string): { pk: string; sk: string } => ({ pk: `booking#${bookingId}`, sk: 'booking' });

/**
 * A {@link SlotBook} on DynamoDB. Two items for each booking, written in one transaction: the slot's item, on the condition
 * that nobody has it or that its hold has run out, and the booking's, on the condition that the effect key has none yet. So two
 * vehicles never get one slot, and one effect never gets two. Needs GetItem, BatchGetItem, PutItem, UpdateItem,
 * DeleteItem on the table. Errors other than lost conditions are the SDK's and worth a retry.
 */
export function dynamoSlots(options: DynamoSlotsOptions): SlotBook {
  const { client, tableName } = options;

  async function bookingOf(bookingId: string): Promise<Booking | undefined> {
    const found = await client.send(
      new GetCommand({ TableName: tableName, Key: bookingKey(bookingId), ConsistentRead: true }),
    );
    return found.Item?.['booking'] as Booking | undefined;
  }

  /** Ids of the slots that are taken at `now`. A slot that a throttled read leaves out counts as free: the write decides. */
  async function takenOf(slots: readonly Slot[], now: Date): Promise<Set<string>> {
    const taken = new Set<string>();
    for (let at = 0; at < slots.length; at += PAGE) {
      const Keys = slots.slice(at, at + PAGE).map(slotKey);
      const page = await client.send(
        new BatchGetCommand({ RequestItems: { [tableName]: { Keys, ConsistentRead: true } } }),
      );
      for (const item of page.Responses?.[tableName] ?? []) {
        const expires = item['holdExpires'] as string | undefined;
        if (expires === undefined || Date.parse(expires) > now.getTime()) taken.add(item['slotId'] as string);
      }
    }
    return taken;
  }

  async function write(items: Write[]): Promise<'done' | 'known' | 'lost' | 'collided'> {
    try {
      await client.send(new TransactWriteCommand({ TransactItems: items }));
      return 'done';
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
      // The item of the booking that is made or released is always the first of the transaction.
      if (codes[0] === 'ConditionalCheckFailed') return 'known';
      if (codes.includes('ConditionalCheckFailed')) return 'lost';
      if (codes.includes('TransactionConflict')) return 'collided';
      throw error;
    }
  }

  const putBooking = (booking: Booking): Write => ({
    Put: {
      TableName: tableName,
      Item: { ...bookingKey(booking.bookingId), booking },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  });

  const takeSlot = (booking: Booking, now: Date): Write => ({
    Put: {
      TableName: tableName,
      Item: {
        ...slotKey(booking.slot),
        slotId: booking.slot.id,
        owner: booking.bookingId,
        vin: booking.vin,
        ...(booking.holdExpires === undefined ? {} : { holdExpires: booking.holdExpires }),
      },
      ConditionExpression: 'attribute_not_exists(pk) OR (attribute_exists(holdExpires) AND holdExpires <= :now)',
      ExpressionAttributeValues: { ':now': now.toISOString() },
    },
  });

  /** Turns a hold that still has its slot, expired or not, into a booking under the new effect key. */
  async function takeOver(request: ServiceRequest, effectKey: string): Promise<Booking | 'collided' | undefined> {
    const hold = request.holdId === undefined ? undefined : await bookingOf(request.holdId);
    if (hold?.state !== 'held' || hold.vin !== request.vin) return undefined;
    const { holdExpires: _expires, ...rest } = hold;
    const booking: Booking = { ...rest, bookingId: bookingIdFor(effectKey), state: 'booked' };
    const outcome = await write([
      putBooking(booking),
      {
        Update: {
          TableName: tableName,
          Key: slotKey(hold.slot),
          UpdateExpression: 'SET #owner = :new REMOVE holdExpires',
          ConditionExpression: '#owner = :hold AND attribute_exists(holdExpires)',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: { ':new': booking.bookingId, ':hold': hold.bookingId },
        },
      },
      change(hold, { state: 'converted', convertedTo: booking.bookingId }),
    ]);
    if (outcome === 'known') return bookingOf(booking.bookingId);
    if (outcome === 'collided') return outcome;
    return outcome === 'done' ? booking : undefined;
  }

  /** Changes a booking that is still in the state in which it was read. */
  const change = (booking: Booking, changes: Pick<Booking, 'state' | 'convertedTo' | 'releasedBy'>): Write => ({
    Update: {
      TableName: tableName,
      Key: bookingKey(booking.bookingId),
      UpdateExpression: 'SET booking = :changed',
      ConditionExpression: 'booking.#state = :state',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':changed': { ...booking, ...changes }, ':state': booking.state },
    },
  });

  /** One pass over the candidates: the booking, or whether another pass could still find something. */
  async function tryAll(
    candidates: readonly Candidate[],
    draft: (candidate: Candidate) => Booking,
    now: Date,
  ): Promise<Booking | 'full' | 'collided'> {
    let collided = false;
    for (let at = 0; at < candidates.length; at += PAGE) {
      const page = candidates.slice(at, at + PAGE);
      const taken = await takenOf(
        page.map(({ slot }) => slot),
        now,
      );
      for (const candidate of page.filter(({ slot }) => !taken.has(slot.id))) {
        const booking = draft(candidate);
        const outcome = await write([putBooking(booking), takeSlot(booking, now)]);
        if (outcome === 'done') return booking;
        if (outcome === 'known') return (await bookingOf(booking.bookingId)) ?? 'collided';
        collided ||= outcome === 'collided';
      }
    }
    return collided ? 'collided' : 'full';
  }

  async function take(request: ServiceRequest, effectKey: string, mode: 'book' | 'hold'): Promise<ServiceResult> {
    const now = options.now();
    const candidates = rankSlots(request, options.centres, now);
    for (let pass = 0; pass < PASSES; pass += 1) {
      const known = await bookingOf(bookingIdFor(effectKey));
      if (known) return resultOf(known);
      const overtaken = mode === 'book' ? await takeOver(request, effectKey) : undefined;
      if (overtaken === 'collided') continue;
      if (overtaken) return resultOf(overtaken);
      const booking = await tryAll(
        candidates,
        (candidate) => draftBooking(candidate, request, effectKey, mode, now),
        now,
      );
      if (booking === 'full') return unavailable(request, options, now, (slots) => takenOf(slots, now));
      if (booking !== 'collided') return resultOf(booking);
    }
    throw new Error(
      `booking for ${request.vin} collided with others ${String(PASSES)} times; deliver the request again`,
    );
  }

  async function release(bookingId: string, effectKey: string): Promise<boolean> {
    for (let pass = 0; pass < PASSES; pass += 1) {
      const booking = await bookingOf(bookingId);
      if (booking === undefined) return false;
      if (booking.state === 'released') return booking.releasedBy === effectKey;
      if (booking.state === 'converted') return release(booking.convertedTo ?? '', effectKey);
      const outcome = await write([
        change(booking, { state: 'released', releasedBy: effectKey }),
        {
          Delete: {
            TableName: tableName,
            Key: slotKey(booking.slot),
            ConditionExpression: '#owner = :id',
            ExpressionAttributeNames: { '#owner': 'owner' },
            ExpressionAttributeValues: { ':id': bookingId },
          },
        },
      ]);
      if (outcome === 'done') return true;
      // The booking has not changed and its slot is another's. In all other cases it is looked at again.
      if (outcome === 'lost') return false;
    }
    throw new Error(`releasing ${bookingId} collided with others ${String(PASSES)} times; try again`);
  }

  return {
    book: (request, effectKey) => take(request, effectKey, request.mode ?? 'book'),
    hold: (request, effectKey) => take(request, effectKey, 'hold'),
    release,
  };
}
