import { createAgent } from 'laneway/agent';
import { vehicles } from '../topology.js';
import type { SlotBook } from './slot-book.js';

/** Books service slots; the same piece of work always gets the same booking. */
export const scheduling = createAgent(vehicles, 'scheduling')
  .needs<{ readonly slots: SlotBook }>()
  .handle({
    ScheduleService: async ({ data }, { deps, effectKey, log }) => {
      const result = await deps.slots.book(data, effectKey);
      log.info('scheduled', { vin: data.vin, status: result.status, slot: result.slot?.id });
      return result;
    },
  });
