import { distanceKm } from '../../../../../functions/vehicle-maintenance/scheduling/service-centre.js';
import { withLocation } from '../../../../../functions/vehicle-maintenance/scheduling/slot-candidates.js';
import type { ServiceRequest } from '../../../../../functions/vehicle-maintenance/schemas.js';
import { VIN } from '../../../../kit/generators/readings.js';

const request = (changes: Partial<ServiceRequest> = {}): ServiceRequest => ({
  vin: VIN,
  component: 'lubrication',
  urgency: 'soon',
  location: { lat: 48.1, lon: 11.5 },
  ...changes,
});

describe('distance', () => {
  it('is that of known cities and symmetrical', () => {
    const munich = { lat: 48.1372, lon: 11.5755 };
    const berlin = { lat: 52.52, lon: 13.405 };
    expect(distanceKm(munich, berlin)).toBeCloseTo(504, -1);
    expect(distanceKm(berlin, munich)).toBeCloseTo(distanceKm(munich, berlin), 9);
    expect(distanceKm(munich, munich)).toBe(0);
    const { location: _location, ...nowhere } = request();
    expect(withLocation(nowhere, munich).location).toEqual(munich);
    expect(withLocation(request(), munich).location).toEqual(request().location);
  });
});
