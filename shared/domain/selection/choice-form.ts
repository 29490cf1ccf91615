import * as z from 'zod';
import { anyText, keyPart, receivers } from '../form/shapes.js';

const others = z.array(z.looseObject({ agent: keyPart })).max(1_000);
const required = z.union([z.looseObject({ all: receivers }), z.looseObject({ any: receivers })]);

/** Form of a choice that is stored with its message. */
export const choiceForm = z.looseObject({
  by: anyText,
  required: required.optional(),
  score: z.number().optional(),
  open: z.number().optional(),
  runnersUp: others,
  passedOver: others.optional(),
  nobody: anyText.optional(),
  blind: z.boolean().optional(),
});
