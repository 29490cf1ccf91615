import { checkTypes } from './check-types.js';
import { runBurst, runConversations } from './run-harness.js';
import { synthesize } from './synthesize.js';

/** Jobs by name. Each gives what is to be held while the heap is measured. */
const JOBS: Readonly<Record<string, (size: number) => unknown>> = {
  burst: runBurst,
  conversations: runConversations,
  synth: synthesize,
  types: checkTypes,
};

const [, , name = '', size = ''] = process.argv;
const began = process.cpuUsage();
const held = await JOBS[name]?.(Number(size));
const { user, system } = process.cpuUsage(began);
globalThis.gc?.();
const heapMb = process.memoryUsage().heapUsed / 1e6;
if (held === undefined) throw new Error(`there is no job '${name}'`);
console.log(JSON.stringify({ cpuMs: (user + system) / 1_000, heapMb }));
