import type { Metafile } from 'esbuild';
import { bundleParts, checkBudget, sizesOf, type Files } from '../../../../infra/constructs/bundle-parts.js';

type Output = Metafile['outputs'][string];

const output = (bytes: number, imports: Output['imports'] = [], inputs: Record<string, number> = {}): Output => ({
  ...{ bytes, imports, exports: [] },
  inputs: Object.fromEntries(Object.entries(inputs).map(([path, bytesInOutput]) => [path, { bytesInOutput }])),
});

const files: Files = new Map([
  [
    '/out/sorter.mjs',
    output(
      300,
      [
        { path: '/out/chunk-a.mjs', kind: 'import-statement' },
        { path: './later-adapters/s3.js', kind: 'dynamic-import', external: true },
        { path: 'node:fs', kind: 'import-statement', external: true },
      ],
      { 'node_modules/zod/v4/core.js': 200, '../../shared/aws/ports.ts': 90 },
    ),
  ],
  ['/out/chunk-a.mjs', output(50, [], { 'node_modules/@smithy/core/index.js': 50 })],
  ['/out/later-adapters/s3.js', output(70, [{ path: '/out/later-adapters/chunk-b.js', kind: 'import-statement' }])],
  ['/out/later-adapters/chunk-b.js', output(5, [{ path: '/out/later-adapters/s3.js', kind: 'dynamic-import' }])],
  ['/out/later-adapters/sqs.js', output(1_000)],
]);
const parts = bundleParts('/out/sorter.mjs', files);

describe('the parts of a bundle', () => {
  it('are what is loaded at the start, and what is loaded later; nothing else', () => {
    expect([...parts.start]).toEqual(['/out/sorter.mjs', '/out/chunk-a.mjs']);
    expect([...parts.later]).toEqual(['/out/later-adapters/s3.js', '/out/later-adapters/chunk-b.js']);
  });

  it('are counted by where they come from', () => {
    expect(sizesOf(parts, files)).toEqual({
      ...{ start: 350, whole: 425 },
      contents: [
        { from: 'zod', bytes: 200 },
        { from: 'shared/aws', bytes: 90 },
        { from: '@smithy/core', bytes: 50 },
      ],
    });
  });

  it('are refused over their budget, with what most of them is', () => {
    expect(() => checkBudget('sorter', parts, files, 350)).not.toThrow();
    expect(() => checkBudget('sorter', parts, files, undefined)).not.toThrow();
    expect(() => checkBudget('sorter', parts, files, 349)).toThrow(/'sorter' is 1 KB[^]*allowed: 1 KB[^]*zod 1 KB/);
  });
});
