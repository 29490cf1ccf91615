import { LanewayError } from '../../shared/domain/base/errors.js';
import type { BundleSettings } from '../constructs/bundle.js';
import { isPlatformKey } from '../constructs/platform-function.js';

/** Budgets of the functions' bundles, and what goes with them. */
export interface BundleOptions {
  /**
   * Most kilobytes (1,000 bytes, minified, not zipped) that the function of an agent loads when it starts. A bundle over it is
   * refused, with what most of it is. A local engine's bundles are not held against it.
   * @default any number
   */
  readonly agentKilobytes?: number;
  /** The same for the functions of the platform, which hold the topology and its schemas. @default any number */
  readonly platformKilobytes?: number;
  /**
   * True to keep the names of functions and classes: for code that reads `constructor.name`. They are 7 % of a bundle, and esbuild
   * keeps them at run time: a function receives a third fewer messages a second (`npm run bench -- receive-path`).
   * @default false
   */
  readonly keepNames?: boolean;
  /**
   * True to deploy source maps with the functions, with `NODE_OPTIONS=--enable-source-maps`. Otherwise they lie in
   * `cdk.out/.laneway/maps`, where `docs/how-to/troubleshooting.md` says how a stack is read by them.
   * @default on a local engine only
   */
  readonly sourceMaps?: boolean;
}

/** Settings of the bundles of an application. @throws LanewayError INVALID_OPTION for a budget that is none */
export function bundleSettings(options: BundleOptions = {}): BundleSettings {
  const budgets = {
    agent: bytesOf('agentKilobytes', options.agentKilobytes),
    platform: bytesOf('platformKilobytes', options.platformKilobytes),
  };
  return {
    budgetOf: (name) => (isPlatformKey(name) ? budgets.platform : budgets.agent),
    keepNames: options.keepNames ?? false,
    sourceMaps: options.sourceMaps,
  };
}

function bytesOf(name: string, kilobytes: number | undefined): number | undefined {
  if (kilobytes === undefined) return undefined;
  if (Number.isFinite(kilobytes) && kilobytes > 0) return kilobytes * 1_000;
  throw new LanewayError('INVALID_OPTION', `bundles: ${name} is ${kilobytes}`, {
    help: ['allowed: kilobytes over 0; leave it out for no budget'],
  });
}
