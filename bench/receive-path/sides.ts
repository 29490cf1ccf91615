export { goodEvents, mixedEvents, repeatedEvent } from './job.js';
export { lanewaySide } from './laneway-side.js';
export { powertoolsSide } from './powertools-side.js';
