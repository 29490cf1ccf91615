import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

/** Types of the largest application; a smaller one has as many for each agent. */
const TYPES = 400;
const MOST_AGENTS = 120;

/** Has the compiler check a topology of so many agents, with a handler of each type. @throws Error when it finds a fault */
export function checkTypes(agents: number): ts.Program {
  // Below the project, so that `laneway` and `zod` are found.
  mkdirSync(resolve('.laneway'), { recursive: true });
  const folder = mkdtempSync(resolve('.laneway', 'growth-'));
  try {
    const file = join(folder, 'application.ts');
    writeFileSync(file, sourceOf(agents, Math.max(agents, Math.round((TYPES * agents) / MOST_AGENTS))));
    const { config } = ts.readConfigFile(resolve('tsconfig.json'), (path) => ts.sys.readFile(path)) as {
      readonly config: { readonly compilerOptions: object };
    };
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, resolve('.'));
    const program = ts.createProgram([file], { ...options, noEmit: true, incremental: false });
    const source = program.getSourceFile(file);
    const [fault] = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    if (fault) throw new Error(ts.flattenDiagnosticMessageText(fault.messageText, '\n'));
    return program;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An application as somebody writes it: types, the topology, and a handler of each type that an agent hears. */
function sourceOf(agents: number, types: number): string {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
  const typesOf = (channel: number) => numbers(types).filter((type) => type % agents === channel % agents);
  const named = (channel: number) => typesOf(channel).map((type) => `T${type}`);
  const heard = (agent: number) => [...new Set([...typesOf(agent), ...typesOf(agent + 1)])];
  return [
    "import { createAgent } from 'laneway/agent';",
    "import { event } from 'laneway/message';",
    "import { defineTopology } from 'laneway/topology';",
    "import * as z from 'zod';",
    ...numbers(types).map(
      (type) => `const T${type} = event('T${type}', z.object({ id: z.string(), n${type}: z.number() }));`,
    ),
    "export const wide = defineTopology('wide', {",
    '  channels: {',
    ...numbers(agents).map((one) => `    'channel-${one}': { carries: [${named(one).join(', ')}] },`),
    '  },',
    '  agents: {',
    ...numbers(agents).map(
      (one) =>
        `    'agent-${one}': { subscribes: ['channel-${one}', 'channel-${(one + 1) % agents}'], publishes: [${named(one + 2).join(', ')}] },`,
    ),
    '  },',
    `  clients: { gate: { publishes: [${named(0).join(', ')}] } },`,
    '});',
    ...numbers(agents).map((one) => {
      const handlers = heard(one).map((type) => `T${type}: ({ data }) => void data.n${type}.toFixed()`);
      return `export const agent${one} = createAgent(wide, 'agent-${one}').handle({ ${handlers.join(', ')} });`;
    }),
  ].join('\n');
}
