import { createAgent, PermanentError } from 'laneway/agent';
import { bakery } from '../topology.js';

const ovenHolds = 40;
const minutesPerBatch = 35;

export const baker = createAgent(bakery, 'baker').handle({
  BakeLoaves: ({ data: { order, loaves } }) => {
    if (loaves > 10 * ovenHolds) throw new PermanentError(`order ${order} is more than a day's bread`);
    return { order, loaves, minutes: minutesPerBatch * Math.ceil(loaves / ovenHolds) };
  },
});
