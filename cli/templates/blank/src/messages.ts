import { event } from 'laneway/message';
import * as z from 'zod';

/** Something was noted. */
export const NoteTaken = event('NoteTaken', z.object({ text: z.string() }));
