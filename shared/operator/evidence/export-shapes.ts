import * as z from 'zod';

/** A head as seals and the beginnings of chains name it. What was changed in an export may have any shape. */
export const headShape = z.object({ chain: z.string(), number: z.int(), digest: z.string() });

const place = { chain: z.string(), number: z.int(), digest: z.string() };

/** A line of a chain: its content, the beginning of a chain, or a hash. */
export const lineShape = z.union([
  z.object({ ...place, hash: z.string() }),
  z.object({ ...place, at: z.string(), start: z.object({ roots: z.array(headShape) }) }),
  z.object({
    ...place,
    ...{ sequence: z.string(), change: z.string(), at: z.string(), conversation: z.string() },
    entry: z.looseObject({ kind: z.string() }),
  }),
]);

/** A manifest, as far as the verification relies on it. */
export const manifestShape = z.object({
  laneway: z.literal('ledger-export'),
  version: z.literal(1),
  application: z.string(),
  selection: z.object({ from: z.string().optional(), to: z.string().optional(), conversation: z.string().optional() }),
  anchored: z.boolean(),
  seals: z.object({ first: z.int(), last: z.int() }),
  entries: z.int(),
  withheld: z.int(),
  signed: z.boolean(),
  files: z.record(z.string(), z.object({ lines: z.int(), sha256: z.string() })),
  digest: z.string(),
});
