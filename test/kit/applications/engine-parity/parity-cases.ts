import type { WorkflowDefinition } from 'laneway/workflow';
import { choice } from './definitions/choice.js';
import { failures } from './definitions/failure.js';
import { map } from './definitions/map.js';
import { mixed } from './definitions/mixed.js';
import { parallel } from './definitions/parallel.js';
import { people } from './definitions/people.js';
import { sagas } from './definitions/saga.js';
import { sequence } from './definitions/sequence.js';
import { waiting } from './definitions/waiting.js';
import { workflowsWithin } from './definitions/within.js';
import type { ParityCase } from './parity-case.js';

/** Every way that is tried through every definition. */
export const parityCases: readonly ParityCase[] = [
  ...sequence,
  ...choice,
  ...parallel,
  ...map,
  ...waiting,
  ...people,
  ...workflowsWithin,
  ...sagas,
  ...failures,
  ...mixed,
];

/** The definitions, each once. */
export const definitions: readonly WorkflowDefinition[] = [...new Set(parityCases.map(({ workflow }) => workflow))];
