import { createAgent } from 'laneway/agent';
import { vehicles } from '../topology.js';
import type { SlotBook } from './slot-book.js';

/** Books service slots and gives them back; the same piece of work always has the same effect. */
export const scheduling = createAgent(vehicles, 'scheduling')
  .needs<{ readonly slots: SlotBook }>()
  .handle({
    ScheduleService: async ({ data }, { deps, effectKey, log }) => {
      const result = await deps.slots.book(data, effectKey);
      log.info('scheduled', { vin: data.vin, status: result.status, slot: result.slot?.id });
      return result;
    },
    ReleaseService: async ({ data: { vin, bookingId } }, { deps, effectKey, log }) => {
      const released = bookingId !== undefined && (await deps.slots.release(bookingId, effectKey));
      const status = released ? 'released' : 'nothing-held';
      log.info('release', { vin, bookingId, status });
      return { vin, status, ...(bookingId === undefined ? {} : { bookingId }) };
    },
  });
