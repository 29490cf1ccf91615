import {
  memoryDirectory,
  sampleCustomer,
  sampleDirectory,
} from '../../../../../functions/vehicle-maintenance/customer-engagement/customer-directory.js';
import { VIN } from '../../../../kit/generators/readings.js';

describe('customers', () => {
  it('are the same for the same vehicle and can be reached', async () => {
    expect(sampleCustomer(VIN)).toEqual(sampleCustomer(VIN));
    expect(sampleCustomer(VIN).phone).toMatch(/^\+120255501\d\d$/);
    expect(await sampleDirectory().customerOf(VIN)).toEqual(sampleCustomer(VIN));
    expect(await memoryDirectory({}).customerOf(VIN)).toBeUndefined();
  });
});
