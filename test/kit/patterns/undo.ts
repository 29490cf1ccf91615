import { defineWorkflow } from 'laneway/workflow';
import { BookRepair, BookTow, CancelTow, ClaimReported, LendCar, TakeBackCar } from './claims-messages.js';
import { claims } from './claims-topology.js';

// #region shown
/** Towed, mobile, repaired: all three or none. */
export const assistance = defineWorkflow(claims, 'assistance', { startedBy: ClaimReported }, (flow, { claim }) => {
  flow.request(
    'tow',
    BookTow,
    { claim },
    { timeout: '10 minutes', compensate: { with: CancelTow, data: ({ booking }) => ({ booking }) } },
  );
  flow.request(
    'car',
    LendCar,
    { claim },
    { timeout: '10 minutes', compensate: { with: TakeBackCar, data: ({ car }) => ({ car }) } },
  );
  const booked = flow.request('garage', BookRepair, { claim }, { timeout: '1 hour' });
  flow.complete('arranged', { garage: booked.garage, day: booked.day });
});
// #endregion
