import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['dist/', 'cdk.out/', '.laneway/', 'node_modules/', 'coverage/', '**/*.d.mts'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...ts.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      'max-lines': ['error', { max: 400 }],
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
        AbortSignal: 'readonly',
      },
    },
  },
  {
    // Logic is told what it works with. Only adapters and entries read the environment of their process.
    files: ['shared/{domain,message,topology,publishing,agent,workflow,platform,operator}/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', { name: 'process', message: 'take it as a parameter: entries read it' }],
    },
  },
  {
    // What a message says must not steer a terminal: what a command prints is made visible by its Output.
    files: ['cli/**/*.ts'],
    ignores: ['cli/templates/**', 'cli/context/output.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'console', message: 'print by Output: it makes text safe for terminals' },
      ],
      'no-restricted-syntax': [
        'error',
        ...['name', 'property.name'].map((name) => ({
          selector: `MemberExpression[object.${name}=/^std(out|err)$/][property.name="write"]`,
          message: 'print by Output: it makes text safe for terminals',
        })),
      ],
    },
  },
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/unbound-method': 'off' } },
  {
    // A module that others declare is added to by merging an interface that is empty but for what it extends.
    files: ['shared/testing/{jest,vitest}.ts', 'shared/testing/vitest-module.d.ts'],
    rules: {
      '@typescript-eslint/no-empty-object-type': 'off',
      '@typescript-eslint/no-namespace': 'off',
      '@typescript-eslint/no-unused-vars': 'off',
    },
  },
  prettier,
);
