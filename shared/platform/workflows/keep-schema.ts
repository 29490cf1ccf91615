import * as z from 'zod';
import type { Keep } from '../../domain/request/keep.js';

const paths = z.array(z.string());

/** What a state machine says that it keeps of a reply. */
export const keepSchema: z.ZodType<Keep> = z
  .object({
    pass: paths.optional(),
    read: paths.optional(),
    exists: paths.optional(),
    share: z.number().min(0).optional(),
  })
  .transform(({ pass, read, exists, share }) => ({
    ...(pass ? { pass } : {}),
    ...(read ? { read } : {}),
    ...(exists ? { exists } : {}),
    ...(share === undefined ? {} : { share }),
  }));
