import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { LanewayError, unknownName } from '../../../../shared/domain/base/errors.js';
import type { Project } from '../../../context/project.js';
import { inProcessHint } from '../../deployment/dev/in-process-module.js';
import { checkName, variable } from './add-agent.js';
import { kindIn } from './add-message.js';
import { checkFree, taken, THERE_ALREADY, type Addition } from './addition.js';
import { namesIn, propertiesOf } from './module-source.js';
import { declaredTopology, importPath, notWrittenOut, readModule, readModules } from './user-modules.js';

/**
 * Adds a workflow: its module with a test, and its place in the infrastructure.
 * @param startedBy message type each of which starts an execution
 * @throws LanewayError INVALID_OPTION, UNKNOWN_TYPE, NOT_FOUND; CONFIGURATION for an infrastructure that is not written out
 */
export function addWorkflow(project: Project, name: string, startedBy: string): Addition {
  checkName('a workflow', name);
  const modules = readModules(project);
  const { topology, messages } = modules;
  const { name: exported } = declaredTopology(modules, `workflow '${name}'`);
  const kind = kindIn(messages, startedBy);
  if (kind !== 'event' && kind !== 'command') {
    const known = messages.declared.filter((one) => ['event', 'command'].includes(kindIn(messages, one.name) ?? ''));
    const what = `workflow '${name}' is to be started by ${startedBy}, which is no message type of ${messages.file}`;
    throw unknownName(
      'UNKNOWN_TYPE',
      what,
      startedBy,
      known.map((one) => one.name),
      messages.file,
    );
  }
  const own = variable(name);
  const infra = readModule(infraFile(project));
  const snippet = `workflows: [${own}],`;
  const [call, ...more] = infra.calls('LanewayApplication');
  const props = call?.[2];
  const given = props?.type === 'ObjectExpression' ? propertiesOf(props) : undefined;
  if (more.length > 0 || props?.type !== 'ObjectExpression' || given === undefined)
    throw notWrittenOut(
      infra.file,
      'one new LanewayApplication(app, id, { ... }) with properties written out',
      snippet,
    );
  const file = join(dirname(topology.file), 'workflows', `${name}.ts`);
  const list = given.get('workflows')?.value;
  const present = namesIn(list);
  if (list !== undefined && (list.type !== 'ArrayExpression' || present === undefined))
    throw notWrittenOut(infra.file, "'workflows: [...]' with every workflow written out", snippet);
  if (present?.includes(own) === true) {
    if (existsSync(file)) return THERE_ALREADY;
    throw taken('workflow', name, `${infra.file} has a workflow ${own} from elsewhere`);
  }
  if (infra.imported.includes(own) || infra.declared.some((one) => one.name === own))
    throw taken('workflow', name, `${infra.file} has something else by the name ${own}`);
  const test = join(dirname(file), `${name}.test.ts`);
  checkFree('workflow', name, [file, test]);
  if (list?.type === 'ArrayExpression') infra.addElement(list, own);
  else infra.addProperty(props, 'workflows', `[${own}]`);
  infra.addImport(own, importPath(infra.file, file));
  const text = `import { defineWorkflow } from 'laneway/workflow';
import { ${startedBy} } from '${importPath(file, messages.file)}';
import { ${exported} } from '${importPath(file, topology.file)}';

export const ${own} = defineWorkflow(${exported}, '${name}', { startedBy: ${startedBy} }, (flow) => {
  flow.complete('done');
});
`;
  const testText = `import { describeWorkflow } from 'laneway/workflow';
import { ${own} } from './${name}.js';

test('${name} has one way through', () => {
  expect(describeWorkflow(${own}).paths).toHaveLength(1);
});
`;
  return {
    edited: [infra],
    created: new Map([
      [file, text],
      [test, testText],
    ]),
    next: [`write its steps in ${file}`, ...inProcessHint(project, 'workflows', own)],
  };
}

/** The module that the CDK application begins with: the last one that its command names. */
function infraFile({ directory, app }: Project): string {
  const command = app ?? cdkCommand(join(directory, 'cdk.json'));
  const path = command?.match(/\S+\.[mc]?[jt]s\b/g)?.at(-1);
  const file = path === undefined ? undefined : resolve(directory, path);
  if (file !== undefined && existsSync(file)) return file;
  throw new LanewayError('NOT_FOUND', `the module of the CDK application was not found in ${directory}`, {
    help: ['name it in cdk.json: { "app": "node --import tsx infra/app.ts" }'],
  });
}

function cdkCommand(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const content = JSON.parse(readFileSync(file, 'utf8')) as { readonly app?: unknown };
  return typeof content.app === 'string' ? content.app : undefined;
}
