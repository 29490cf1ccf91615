import * as z from 'zod';
import { defined } from '../../domain/base/defined.js';
import type { Keep } from '../../domain/request/keep.js';

const paths = z.array(z.string());

/** Form in which a state lists the parts of a reply that its execution keeps. */
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
    ...defined({ share }),
  }));
