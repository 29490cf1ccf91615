import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addAgent } from '../../../../../cli/commands/project/add/add-agent.js';
import { addChannel } from '../../../../../cli/commands/project/add/add-channel.js';
import { addMessage } from '../../../../../cli/commands/project/add/add-message.js';
import { addWorkflow } from '../../../../../cli/commands/project/add/add-workflow.js';
import { writeAddition, type Addition } from '../../../../../cli/commands/project/add/addition.js';
import { initProject } from '../../../../../cli/commands/project/init/init-project.js';
import type { Project } from '../../../../../cli/context/project.js';

let folder: string;
let project: Project;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'laneway-add-'));
  initProject(folder, { template: 'request', tests: 'jest', laneway: '0.1.0', name: 'shop' });
  project = { directory: folder, topology: 'src/topology.ts' };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (addition: Addition) => writeAddition(folder, addition);
const read = (path: string) => readFileSync(join(folder, path), 'utf8');
const put = (path: string, text: string) => writeFileSync(join(folder, path), text);
const everything = () =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name), 'utf8')]),
  );

test('message, channel, agent and workflow, each of the ones before', async () => {
  await write(addMessage(project, 'CheckStock', { command: true, reply: 'StockChecked' }));
  expect(read('src/messages.ts')).toMatch(
    /export const StockChecked = event\('StockChecked', z\.object\(\{\}\)\);\n\nexport const CheckStock = command\('CheckStock', z\.object\(\{\}\), \{ reply: StockChecked \}\);\n$/,
  );
  await write(addChannel(project, 'stock.requests', ['CheckStock']));
  await write(addChannel(project, 'stock.results', ['StockChecked']));
  const stockTaker = addAgent(project, 'stock-taker', { subscribes: ['stock.requests'] });
  expect(stockTaker.next).toContain(`name stockTaker in 'agents' of src/in-process.ts`);
  await write(stockTaker);
  const restock = addWorkflow(project, 'restock', 'StockChecked');
  expect(restock.next).toContain(`name restock in 'workflows' of src/in-process.ts`);
  await write(restock);
  expect(read('src/topology.ts')).toBe(`import { defineTopology } from 'laneway/topology';
import { Greet, Greeted, CheckStock, StockChecked } from './messages.js';

export const topology = defineTopology('shop', {
  channels: {
    'greeting.requests': { carries: [Greet] },
    'greeting.results': { carries: [Greeted] },
    'stock.requests': { carries: [CheckStock] },
    'stock.results': { carries: [StockChecked] },
  },
  agents: {
    greeter: { subscribes: ['greeting.requests'] },
    'stock-taker': { subscribes: ['stock.requests'] },
  },
  clients: {
    desk: { publishes: [Greet] },
  },
});
`);
  expect(read('src/stock-taker/agent.ts')).toContain("createAgent(topology, 'stock-taker')");
  expect(read('src/stock-taker/lambda.ts')).toContain('lambda(stockTaker)');
  expect(read('infra/app.ts')).toContain("import { restock } from '../src/workflows/restock.js';");
  expect(read('infra/app.ts')).toContain('  workflows: [restock],\n});');
});

test('a second time changes nothing', async () => {
  const all = [
    () => addMessage(project, 'StockChecked', { event: true }),
    () => addChannel(project, 'stock', ['StockChecked']),
    () => addAgent(project, 'stocktaker', { subscribes: ['stock'] }),
    () => addAgent(project, 'weigher', { subscribes: ['stock'], worker: true }),
    () => addWorkflow(project, 'restock', 'StockChecked'),
  ];
  for (const add of all) expect(await write(add())).not.toEqual([]);
  const before = everything();
  for (const add of all) expect(await write(add())).toEqual([]);
  expect(everything()).toEqual(before);
});

test('an agent that runs as a worker', async () => {
  const addition = addAgent(project, 'stock-taker', { subscribes: ['greeting.results'], worker: true });
  expect((await write(addition)).toSorted()).toEqual([
    'src/stock-taker/agent.test.ts',
    'src/stock-taker/agent.ts',
    'src/stock-taker/worker.ts',
    'src/topology.ts',
  ]);
  expect(addition.next.join()).toContain('laneway worker run stock-taker');
  expect(read('src/topology.ts')).toContain(
    "\n    'stock-taker': { subscribes: ['greeting.results'], runs: 'worker' },\n",
  );
  expect(read('src/stock-taker/worker.ts')).toBe(`import { worker } from 'laneway/worker';
import { stockTaker } from './agent.js';

export default worker(stockTaker);
`);
});

test('an agent that is there is not turned into another kind, and one whose kind is not written out is left alone', async () => {
  await write(addAgent(project, 'weigher', { subscribes: ['greeting.results'], worker: true }));
  put('src/topology.ts', read('src/topology.ts').replace('greeter: { ', 'greeter: { runs: kind, '));
  const before = everything();
  const add = (name: string, channel: string, worker: boolean) => () =>
    addAgent(project, name, { subscribes: [channel], worker });
  expect(add('weigher', 'greeting.results', false)).toThrow(
    /'weigher' cannot be added: it is there with runs: 'worker'/,
  );
  expect(add('greeter', 'greeting.requests', true)).toThrow(/it is there with a 'runs' not written out/);
  put('src/topology.ts', read('src/topology.ts').replace('runs: kind', "runs: 'lambda'"));
  expect(add('greeter', 'greeting.requests', true)).toThrow(/it is there with runs: 'lambda'/);
  await expect(write(add('greeter', 'greeting.requests', false)())).resolves.toEqual([]);
  put('src/topology.ts', before[join(folder, 'src/topology.ts')] ?? '');
  expect(everything()).toEqual(before);
});

test('the order, the comments and the layout of the user stay', async () => {
  const own = `import { Greet, Greeted } from './messages.js'; // ours
import { defineTopology } from "laneway/topology"

export const net = defineTopology("shop", {
\tchannels: {
\t\tb: { carries: [Greet] }, // asked
\t\ta: { carries: [Greeted] } // answered
\t\t// more to come
\t}, /* one line */ agents: { greeter: { subscribes: ["b"] } },
})
`;
  put('src/topology.ts', own);
  await write(addChannel(project, 'c', ['Greeted']));
  await write(addAgent(project, 'clerk', { subscribes: ['c'] }));
  expect(read('src/topology.ts')).toBe(
    own
      .replace('} // answered\n', '}, // answered\n\t\tc: { carries: [Greeted] }\n')
      .replace('["b"] } }', '["b"] }, clerk: { subscribes: [\'c\'] } }'),
  );
  expect(read('src/clerk/agent.ts')).toContain("import { net } from '../topology.js';");
});

test('into objects that are empty or absent', async () => {
  put(
    'src/topology.ts',
    "import { defineTopology } from 'laneway/topology';\nexport const net = defineTopology('shop', { channels: {} });\n",
  );
  await write(addChannel(project, 'c', ['Greeted']));
  await write(addAgent(project, 'clerk', { subscribes: ['c'] }));
  expect(read('src/topology.ts')).toBe(`import { defineTopology } from 'laneway/topology';
import { Greeted } from './messages.js';
export const net = defineTopology('shop', { channels: {
  c: { carries: [Greeted] },
}, agents: { clerk: { subscribes: ['c'] } } });
`);
});

test.each<[string, () => Addition, RegExp]>([
  ['a type that is neither', () => addMessage(project, 'Checked', {}), /event or a command[\s\S]*--event/],
  ['an event with a reply', () => addMessage(project, 'Checked', { event: true, reply: 'X' }), /events have no reply/],
  ['a type of a bad name', () => addMessage(project, 'stock-checked', { event: true }), /did you mean 'StockChecked'/],
  [
    'a type that is of the other kind',
    () => addMessage(project, 'Greet', { event: true }),
    /'Greet' cannot be added: it is a command/,
  ],
  [
    'a reply that differs',
    () => addMessage(project, 'Greet', { command: true, reply: 'Other' }),
    /with the reply Greeted/,
  ],
  ['a reply that is a command', () => addMessage(project, 'Ask', { command: true, reply: 'Greet' }), /it is no event/],
  ['a channel of a bad name', () => addChannel(project, 'Stock', ['Greet']), /'Stock' cannot name a channel/],
  ['a channel of the framework', () => addChannel(project, 'system.errors', ['Greet']), /cannot name a channel/],
  ['a channel of an unknown type', () => addChannel(project, 'stock', ['Gret']), /did you mean 'Greet'/],
  [
    'a channel that carries others',
    () => addChannel(project, 'greeting.results', ['Greet']),
    /it is there and carries Greeted/,
  ],
  [
    'an agent of a bad name',
    () => addAgent(project, 'Clerk', { subscribes: ['greeting.results'] }),
    /'Clerk' cannot name an agent/,
  ],
  ['an agent on no channel', () => addAgent(project, 'clerk', { subscribes: ['greeting'] }), /no channel 'greeting'/],
  [
    'an agent that subscribes others',
    () => addAgent(project, 'greeter', { subscribes: ['greeting.results'] }),
    /subscribes greeting\.requests/,
  ],
  ['a workflow of a bad name', () => addWorkflow(project, 'Re stock', 'Greeted'), /cannot name a workflow/],
  ['a workflow by an unknown type', () => addWorkflow(project, 'restock', 'Greted'), /did you mean 'Greeted'/],
  [
    'a workflow of a taken name',
    () => addWorkflow(project, 'topology', 'Greeted'),
    /something else by the name topology/,
  ],
  [
    'a project that is none',
    () => addMessage({ directory: folder }, 'X', { event: true }),
    /names a topology[\s\S]*laneway init/,
  ],
  [
    'a topology that is gone',
    () => addMessage({ directory: folder, topology: 'x.ts' }, 'X', { event: true }),
    /no topology at/,
  ],
])('%s is refused, and nothing is changed', (_, add, message) => {
  const before = everything();
  expect(add).toThrow(message);
  expect(everything()).toEqual(before);
});

test('a folder of the name that is taken is not written over', () => {
  mkdirSync(join(folder, 'src', 'clerk'));
  put('src/clerk/agent.ts', 'mine');
  expect(() => addAgent(project, 'clerk', { subscribes: ['greeting.results'] })).toThrow(
    /there is a file .*clerk.agent\.ts/,
  );
});

test.each([
  ['from elsewhere', 'export const net = defineTopology("shop", given);'],
  [
    'with a spread',
    'export const net = defineTopology("shop", { channels: { ...given, c: { carries: [Greeted] } } });',
  ],
  [
    'with a computed name',
    'export const net = defineTopology("shop", { channels: { [given]: { carries: [Greeted] } } });',
  ],
  ['not there', 'export const net = given;'],
])('a topology that is put together by code (%s) is left alone, with what to paste', (_, text) => {
  put('src/topology.ts', text);
  expect(() => addChannel(project, 'stock', ['Greeted'])).toThrow(
    /cannot be added to safely[\s\S]*paste into[\s\S]*stock: \{ carries: \[Greeted\] \}/,
  );
  expect(read('src/topology.ts')).toBe(text);
});

test('a module that does not parse is named', () => {
  put('src/topology.ts', 'export const net = defineTopology(');
  expect(() => addChannel(project, 'stock', ['Greeted'])).toThrow(/topology\.ts cannot be read[\s\S]*tsc shows where/);
});
