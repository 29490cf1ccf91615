import { Buffer } from 'node:buffer';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './report.mjs';

/** Parts of the package, for those who have to know what they run. */
const SBOM = 'dist/sbom.cdx.json';

/**
 * Writes the bill of materials of what the package needs when it runs, in CycloneDX 1.5: names, versions, licenses and hashes of
 * the lock file. `npm sbom --omit dev` leaves out what a tool of development needs as well. The same lock file makes the same text.
 */
export function writeSbom(directory = root) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const components = Object.entries(packages)
    .filter(([path, { dev, devOptional, link }]) => path !== '' && !dev && !devOptional && !link)
    .map(([path, locked]) => componentOf(locked.name ?? path.split('node_modules/').at(-1), locked));
  const own = componentOf(name, { version, license });
  const bill = { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, metadata: { component: own }, components };
  mkdirSync(join(directory, 'dist'), { recursive: true });
  writeFileSync(join(directory, SBOM), JSON.stringify(bill));
}

function componentOf(name, { version, license, integrity, optional, peer }) {
  const [algorithm, digest] = integrity?.split('-', 2) ?? [];
  const content = digest && Buffer.from(digest, 'base64').toString('hex');
  return {
    type: 'library',
    name,
    version,
    ...(optional || peer ? { scope: 'optional' } : {}),
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    ...(content ? { hashes: [{ alg: algorithm.replace('sha', 'SHA-'), content }] } : {}),
    ...(license ? { licenses: [/[ ()]/.test(license) ? { expression: license } : { license: { id: license } }] } : {}),
  };
}
