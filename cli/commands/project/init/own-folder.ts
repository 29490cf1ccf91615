import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** The folder of the package that this command belongs to. */
export function ownFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('laneway/package.json'));
}
