import { command, event } from 'laneway/message';
import * as z from 'zod';

/** Somebody was greeted. */
export const Greeted = event('Greeted', z.object({ text: z.string() }));

/** Greet somebody by name. */
export const Greet = command('Greet', z.object({ name: z.string().min(1) }), { reply: Greeted });
