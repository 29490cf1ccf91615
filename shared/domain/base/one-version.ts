import { LanewayError } from './errors.js';

/** Version of this copy of the framework: that of package.json, which a bundle does not have. A test holds them together. */
export const VERSION = '0.1.0';

/** Key of the whole process under which the first copy of the framework leaves its version, for the others to find. */
const LOADED = Symbol.for('laneway.version');

/**
 * Refuses a second version of the framework in the process. Two copies of one version know each other's types and
 * errors; two versions may mean different things by them.
 * @param version of the copy that is being loaded
 * @throws LanewayError CONFIGURATION when another version is loaded already
 */
export function admitVersion(version: string): void {
  const present = Reflect.get(globalThis, LOADED) as string | undefined;
  if (present === undefined) Reflect.set(globalThis, LOADED, version);
  else if (present !== version) {
    throw new LanewayError('CONFIGURATION', `laneway ${version} is loaded beside laneway ${present}`, {
      help: [
        'allowed: one version of laneway in a process, in however many copies',
        'who brings which: npm ls laneway (pnpm why -r laneway; yarn why laneway)',
        'one for all: npm dedupe, or npm install the same version wherever it is named; the command of a project: npx laneway, in its folder',
      ],
    });
  }
}

admitVersion(VERSION);
