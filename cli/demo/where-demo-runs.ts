import { LanewayError } from '../../shared/domain/base/errors.js';
import type { DemoOptions } from '../run-demo.js';

/** Where the demonstration runs. */
export interface DemoPlace {
  readonly place: 'engine' | 'in-process';
  /** Why it is not the engine, which nobody said. */
  readonly because?: string;
}

/** What the choice goes by; replaced in tests. */
export interface DemoProbes {
  /** Whether the user has an engine. */
  readonly hasEndpoint: () => boolean;
  /** What this machine lacks for an engine of our own, in a sentence. */
  readonly lacks: () => Promise<string | undefined>;
}

/**
 * Where the demonstration runs: on an engine, and in process where that is asked for, or where no engine is named and
 * none can be had. Who asks for an engine (`--engine local`, `--keep`) gets one, or hears why not.
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
