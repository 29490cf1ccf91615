import { LanewayError } from '../shared/domain/base/errors.js';
import type { DEMO_ENGINES } from './context/engine-choices.js';
import type { GlobalOptions } from './context/output.js';

/** Options of `laneway demo`. */
export interface DemoOptions extends Omit<GlobalOptions, 'engine'> {
  readonly engine?: (typeof DEMO_ENGINES)[number];
  readonly silentCustomer?: boolean;
  readonly input?: string;
  readonly rate?: number;
  readonly limit?: number;
  readonly vehicles?: number;
  readonly decimal?: 'point' | 'comma';
  readonly times?: string;
  readonly keep?: boolean;
}

/**
 * In a variable, so that the compiler does not follow it: the demonstration shows the reference application, and neither
 * of them is part of the package.
 */
const demo = './demo/demo.js';

/**
 * Runs the demonstration of the repository that this file stands in. @returns the exit code
 * @throws LanewayError NOT_FOUND in an installed package
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  if (!import.meta.url.endsWith('.ts')) {
    throw new LanewayError('NOT_FOUND', 'the demonstration is not part of the installed package', {
      help: [
        'it runs the reference application: in a clone of the repository, npm run demo',
        'your own application: laneway deploy --engine local, then laneway send and laneway trace',
      ],
    });
  }
  const { demoCommand } = (await import(demo)) as { demoCommand: (given: DemoOptions) => Promise<number> };
  return demoCommand(options);
}
