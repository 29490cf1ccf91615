import type { BuildOptions } from 'esbuild';

/** True when the framework runs from its TypeScript source, that is, inside its own repository. */
export const FROM_SOURCE = import.meta.url.endsWith('.ts');

/** Bundled CommonJS calls `require`, which an ES module does not have. */
const BANNER =
  "import { createRequire as lanewayCreateRequire } from 'node:module'; const require = lanewayCreateRequire(import.meta.url);";

/**
 * Settings of esbuild for every function: one ES module that holds everything, the SDK included, with a source map. The
 * syntax is Node 20's, which local engines run; AWS runs Node 24. The file imports no CDK, because `laneway dev` bundles too.
 */
export const BUNDLE_OPTIONS = {
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  mainFields: ['module', 'main'],
  // Naming any condition takes `module` from esbuild's defaults.
  conditions: FROM_SOURCE ? ['laneway-source', 'module'] : ['module'],
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  sourcemap: true,
  sourcesContent: false,
  banner: { js: BANNER },
  logLevel: 'silent',
} satisfies BuildOptions;
