import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';

/** True when the framework runs from its TypeScript source, that is, inside its own repository. */
export const FROM_SOURCE = import.meta.url.endsWith('.ts');

/** Bundled CommonJS calls `require`, which an ES module does not have. */
const BANNER =
  "import { createRequire as lanewayCreateRequire } from 'node:module'; const require = lanewayCreateRequire(import.meta.url);";

/**
 * Settings of esbuild for everything that is bundled: ES modules that hold everything, the SDK included, minified. Names are not
 * kept unless an application asks for it: esbuild keeps them by defining each function's name when the function is made, which
 * closures on the way of a message pay for each time. The syntax is Node 20's, which local engines run; AWS runs Node 24. The
 * file imports no CDK, because `laneway dev` bundles too.
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
  minify: true,

  legalComments: 'none',
  sourcemap: true,
  sourcesContent: false,
  banner: { js: BANNER },
  logLevel: 'silent',
} satisfies BuildOptions;

/** Module that takes the place of the SDK's chain of providers. */
const CREDENTIALS = fileURLToPath(
  new URL(`../../shared/aws/base/environment-credentials${FROM_SOURCE ? '.ts' : '.js'}`, import.meta.url),
);

/** Settings for functions of Lambda, whose SDK clients take their credentials from the environment and nowhere else. */
export const FUNCTION_OPTIONS = {
  ...BUNDLE_OPTIONS,
  alias: { '@aws-sdk/credential-provider-node': CREDENTIALS },
} satisfies BuildOptions;
