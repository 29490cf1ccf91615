import { readFileSync } from 'node:fs';
import { admitVersion, VERSION } from '../../../../../shared/domain/base/one-version.js';

test('the version that a copy says it has is that of package.json', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(VERSION).toBe(version);
});

test('a second copy of one version is let in; another version is refused with both versions and the commands to type', () => {
  expect(() => admitVersion(VERSION)).not.toThrow();
  expect(() => admitVersion('9.0.0')).toThrow(
    expect.objectContaining({
      code: 'CONFIGURATION',
      message: expect.stringMatching(
        new RegExp(`laneway 9\\.0\\.0 is loaded beside laneway ${VERSION}[^]*npm ls laneway[^]*npm dedupe`),
      ) as string,
    }) as Error,
  );
});

test('every entry of the package looks for another version', () => {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    exports: Record<string, string | { readonly 'laneway-source': string }>;
  };
  const entries = Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? [] : [entry['laneway-source']],
  );
  expect(entries.length).toBeGreaterThan(5);
  for (const entry of [...entries, 'cli/main.ts'])
    expect(readFileSync(entry, 'utf8')).toContain("/domain/base/one-version.js';");
});
