import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';

/**
 * Fault of a package. Killed: the process ends by SIGKILL while it handles the package, once. Leaks: the handler fails until
 * the witness says that the package was mended.
 */
const Trouble = z.enum(['none', 'killed before its effect', 'killed after its effect', 'leaks']);

export const PackageArrived = event(
  'PackageArrived',
  z.object({
    key: z.string(),
    /** Instant at which the client published it, milliseconds since 1970. */
    published: z.number().int(),
    /** Time that the sorter takes, milliseconds. */
    work: z.number().int().default(0),
    trouble: Trouble.default('none'),
  }),
);
export const StorePackage = command('StorePackage', z.object({ key: z.string() }));

/**
 * The application of the engine rows: a package is sorted, which sends a command, by which it is stored. So each message
 * goes the whole way twice: published or emitted, bus, lane, function, lease, handler, outcome.
 */
export const depot = defineTopology('depot', {
  channels: {
    'depot.arrivals': {
      carries: [PackageArrived],
      qos: {
        priorities: ['high', 'normal', 'low'],
        tries: 3,
        backoff: { first: '1 second', most: '2 seconds' },
        retainPayloads: '1 day',
      },
    },
    'depot.storing': { carries: [StorePackage], qos: { priorities: ['high', 'normal', 'low'] } },
  },
  agents: {
    // Short, because what a killed process held comes back after this and twenty seconds.
    sorter: { subscribes: ['depot.arrivals'], publishes: [StorePackage], handlerTimeout: '5 seconds' },
    shelf: { subscribes: ['depot.storing'], handlerTimeout: '5 seconds' },
  },
  clients: { gate: { publishes: [PackageArrived] } },
});
