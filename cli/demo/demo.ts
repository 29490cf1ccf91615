import { ministackLacks } from '../../infra/engines/ministack-install.mjs';
import { interruptible } from '../commands/deployment/deploy-here.js';
import { EXIT } from '../context/exit-codes.js';
import { createOutput, type Output } from '../context/output.js';
import { findProject } from '../context/project.js';
import type { DemoOptions } from '../run-demo.js';
import { hasEndpoint } from '../context/target.js';
import { inProcessWorld } from './in-process-world.js';
import { playDemo, type Performance } from './play-demo.js';
import { whereDemoRuns, type DemoProbes } from './where-demo-runs.js';

/** Answer time of the demonstration: long enough for its customer, who looks four times a second; short when silent. */
const RESPOND_WITHIN = { answering: '5 minutes', silent: '10 seconds' } as const;

/** Output and probes of a demonstration; tests replace them. */
export interface DemoServices extends DemoProbes {
  readonly output: Output;
}

/**
 * The vehicle application end to end, deployed on an engine or in process: telemetry published, every conversation watched
 * to its end, then shown from the ledger.
 * @param services replaced in tests
 * @returns 0 only when every conversation ended as it should
 * @throws LanewayError INVALID_OPTION for `--keep` in process
 */
export async function demoCommand(options: DemoOptions, services: Partial<DemoServices> = {}): Promise<number> {
  const { output, ...probes } = {
    output: createOutput(options),
    hasEndpoint,
    lacks: () => ministackLacks({ projectDirectory: findProject().directory }),
    ...services,
  };
  const { place, because } = await whereDemoRuns(options, probes);
  if (because !== undefined)
    output.progress(`${because} AWS_ENDPOINT_URL names no engine either: the demo runs in process.`);
  const interrupt = interruptible();
  const respondWithin = options.silentCustomer ? RESPOND_WITHIN.silent : RESPOND_WITHIN.answering;
  const performance: Performance = { options, output, signal: interrupt.signal, began: Date.now() };
  try {
    const ok = await (place === 'in-process'
      ? playDemo(inProcessWorld(respondWithin), performance)
      : onEngine(performance, respondWithin));
    if (interrupt.signal.aborted) return 130;
    return ok ? EXIT.ok : EXIT.failed;
  } finally {
    interrupt.release();
  }
}

/** Plays the demonstration on an engine. The CDK and the SDK clients are loaded here, and never for a run in process. */
async function onEngine(performance: Performance, respondWithin: string): Promise<boolean> {
  const { playOnEngine } = await import('./play-on-engine.js');
  return playOnEngine(performance, respondWithin);
}
