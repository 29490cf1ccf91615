import { existsSync } from 'node:fs';
import { createAgent } from 'laneway/agent';
import { parcels, StampParcel, WeighParcel } from '../../parcel-topology.js';
import { witness } from '../witness.js';

/**
 * Has each parcel weighed, and stamped when its weight is known; parcels called bad-... do not go through until a file
 * `<witness>.mended` says that they may.
 */
export const desk = createAgent(parcels, 'desk')
  .needs<{ readonly witness: string }>()
  .handle({
    ParcelArrived: ({ data }, { deps, publish, tries }) => {
      witness(deps.witness, 'desk', `${data.parcel} try ${tries}`);
      if (data.parcel.startsWith('bad') && !existsSync(`${deps.witness}.mended`))
        throw new Error(`parcel ${data.parcel} leaks`);
      if (data.note !== 'do not weigh') publish(WeighParcel, { parcel: data.parcel });
    },
    ParcelWeighed: ({ data }, { publish }) => {
      publish(StampParcel, { parcel: data.parcel });
    },
  });
