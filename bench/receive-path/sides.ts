export { parseSide, storesSide } from './floor-sides.js';
export { goodEvents, mixedEvents, repeatedEvent } from './job.js';
export { lanewaySide } from './laneway-side.js';
export { POWERTOOLS_SETUPS, powertoolsSide } from './powertools-side.js';
