import { newId } from '../../../shared/domain/base/ids.js';
import { undoRequestId, type SagaFacts, type SagaStore } from '../../../shared/domain/execution/saga.js';
import { compensate } from '../../../shared/platform/workflows/compensate.js';
import { platformWorld } from './platform-world.js';
import { Booked, Cancel, travel } from '../applications/trip-topology.js';
import { WorkflowCompensated } from '../../../shared/message/system-messages.js';

/** Result of undoing a saga. */
interface Undone {
  /** Steps in the order in which they were asked to be undone. */
  readonly asked: readonly string[];
  readonly told: readonly { readonly undone: readonly string[]; readonly notUndone: readonly string[] }[];
  /** Items that were read, of the saga and of requests. */
  readonly reads: number;
}

const SIDE_BY_SIDE = 20;

/**
 * Notes `steps` steps in a store, each answered, and undoes them one after the other, as the platform's functions do: a call
 * for each undoing that ends. Of all but the newest `rounds` it has ended before, so that one call finds them.
 */
export async function undoSaga(store: SagaStore, steps: number, rounds: number): Promise<Undone> {
  const world = platformWorld(travel);
  const time = new Date(world.clock.now()).toISOString();
  const message = { id: newId(), type: 'TripWanted', source: 'laneway.travel.client.traveller', time };
  const saga: SagaFacts = {
    ...{ workflow: 'book-trip', execution: `book-trip-${newId()}-0` },
    message: { ...message, correlationid: newId(), priority: 'normal', hops: 0 },
  };
  const stepOf = (number: number) => ({
    ...{ requestId: `request-${number}`, step: `step ${number}`, type: Cancel.name, timeoutSeconds: 60 },
    data: { trip: 't1', what: 'seat', booking: `b-${number}` },
  });
  for (let from = 0; from < steps; from += SIDE_BY_SIDE) {
    const numbers = Array.from({ length: Math.min(SIDE_BY_SIDE, steps - from) }, (_, index) => from + index);
    await Promise.all(numbers.map((number) => store.note(saga, stepOf(number))));
  }
  const replied = { state: 'replied', by: 'reply', at: time, dataschema: 'urn:laneway:Booked:1' } as const;
  const outcome = { ...replied, type: Booked.name, data: { what: 'seat', booking: 'b' } };
  for (let number = 0; number < steps; number++) {
    const requestId = `request-${number}`;
    const ended = number < steps - rounds ? [requestId, undoRequestId({ requestId })] : [requestId];
    for (const id of ended) {
      await world.pending.open({
        ...{ requestId: id, correlationId: saga.message.correlationid, messageId: `m-${id}`, type: 'Book' },
        ...{ replyType: Booked.name, deadline: time, attempt: 1, hops: 1, waiter: { kind: 'client' }, outcome },
      });
    }
  }
  let reads = 0;
  const services = {
    ...world,
    sagas: watched(store, (method, noted) => {
      if (method === 'get' || method === 'step') reads += 1;
      if (method === 'steps') reads += (noted as SagaFacts & { noted: number }).noted;
    }),
    pending: watched(world.pending, (method) => void (reads += method === 'get' ? 1 : 0)),
  };
  await store.fail(saga.execution, 'NoSeat');
  const asked: string[] = [];
  for (;;) {
    const before = world.ofType(Cancel.name).length;
    await compensate(saga.execution, services);
    const sent = world.ofType(Cancel.name)[before];
    if (!sent) break;
    const { booking } = sent.data as { booking: string };
    asked.push(`step ${booking.slice(2)}`);
    await world.pending.close(sent.requestid ?? '', { ...outcome, type: 'Cancelled', by: sent.id });
  }
  const told = world.ofType(WorkflowCompensated.name).map(({ data }) => data as Undone['told'][number]);
  return { asked, told, reads };
}

/** The same object, which says what is called. */
function watched<Watched extends object>(
  object: Watched,
  called: (method: string | symbol, first: unknown) => void,
): Watched {
  return new Proxy(object, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        called(name, given[0]);
        return Reflect.apply(value, target, given);
      };
    },
  });
}
