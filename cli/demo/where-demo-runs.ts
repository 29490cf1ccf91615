import { LanewayError } from '../../shared/domain/base/errors.js';
import type { DemoOptions } from '../run-demo.js';

/** Place in which the demonstration runs. */
export interface DemoPlace {
  readonly place: 'engine' | 'in-process';
  /** Reason for running in process when nobody asked for it. */
  readonly because?: string;
}

/** Probes from which the place is chosen; tests replace them. */
export interface DemoProbes {
  /** Returns true when AWS_ENDPOINT_URL names an engine. */
  readonly hasEndpoint: () => boolean;
  /** Resolves with a sentence on what this machine lacks to run MiniStack; with undefined when nothing is missing. */
  readonly lacks: () => Promise<string | undefined>;
}

/**
 * Chooses the place in which the demonstration runs: an engine. It is the process when `--engine in-process` asks for that,
 * or when no engine is named and this machine cannot run one. `--engine local` and `--keep` always lead to an engine.
 * @throws LanewayError INVALID_OPTION for `--keep` in process
 */
export async function whereDemoRuns(
  { engine, keep = false }: Pick<DemoOptions, 'engine' | 'keep'>,
  { hasEndpoint, lacks }: DemoProbes,
): Promise<DemoPlace> {
  if (engine === 'in-process') {
    if (!keep) return { place: 'in-process' };
    throw new LanewayError(
      'INVALID_OPTION',
      '--keep leaves the engine up, and with --engine in-process there is none',
      {
        help: ['leave --keep away', 'or keep a local engine: npm run demo -- --keep'],
      },
    );
  }
  if (engine === 'local' || keep || hasEndpoint()) return { place: 'engine' };
  const because = await lacks();
  return because === undefined ? { place: 'engine' } : { place: 'in-process', because };
}
