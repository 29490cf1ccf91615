/**
 * The answer to `require('laneway/...')` where a CommonJS loader cannot take ES modules: Jest without ES modules, and Node
 * with `--no-experimental-require-module`. Node 20.19 and newer loads the package itself (condition `module-sync`).
 */
throw new Error(
  [
    "laneway is an ES module: this runtime's require() cannot load it",
    '  in Jest: use ES modules: node --experimental-vm-modules node_modules/jest/bin/jest.js',
    '  in Node: leave --no-experimental-require-module away, which lets require() load ES modules from version 20.19 on',
    '  anywhere: import it ("type": "module" in package.json), or: const { createAgent } = await import(\'laneway/agent\')',
  ].join('\n'),
);
