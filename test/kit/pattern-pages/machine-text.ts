import type { Json } from '../../../shared/domain/base/json.js';
import { isDeepStrictEqual } from 'node:util';
import type { AslBranch, AslDefinition, AslState } from '../../../shared/workflow/compile/asl.js';
import { machinesIn } from '../../../shared/workflow/compile/calls-in.js';
import { assessment } from '../patterns/request-and-reply.js';

/** Characters of a line up to which lists and objects stay on it. */
const WIDTH = 100;

/** The one call that pages show whole; what every call has is left out elsewhere. */
const [whole] = tasksIn(assessment.asl);
const wholePayload = whole?.payload ?? {};

/** A machine as JSON, whole. */
export function wholeMachine(machine: AslDefinition): string {
  return printed(machine as unknown as Json, 0);
}

/**
 * A machine as JSON without what every call has: `Retry`, and of what is passed on the token, the names of
 * workflow, execution and step, the generation and the start message. Only what is really the same is left out.
 */
export function shortMachine(machine: AslDefinition): string {
  const workflow = tasksIn(machine)[0]?.payload['workflow'];
  return printed(machine as unknown as Json, 0, (object, name) => {
    const value = object[name];
    if (name === 'Retry') return isDeepStrictEqual(value, whole?.task['Retry']);
    if (object['step'] === undefined || object['kind'] === undefined) return false;
    if (name === 'workflow') return value === workflow;
    if (name === 'step') return tasksIn(machine).some((task) => task.state === value && task.payload === object);
    return ['token', 'execution', 'generation', 'message'].includes(name) && value === wholePayload[name];
  });
}

interface TaskState {
  readonly state: string;
  readonly task: Readonly<Record<string, Json>>;
  readonly payload: Readonly<Record<string, Json>>;
}

function tasksIn(machine: AslBranch): TaskState[] {
  return Object.entries(machine.States).flatMap(([state, one]): TaskState[] => {
    if (one.Type !== 'Task') return machinesIn(one).flatMap(tasksIn);
    const { Payload } = one.Arguments as Readonly<Record<string, Json>>;
    const payload = Payload as TaskState['payload'];
    return [{ state, task: one as AslState as unknown as TaskState['task'], payload }];
  });
}

type Omit = (object: Readonly<Record<string, Json>>, name: string) => boolean;

/** JSON, short lists and objects on one line; a comment stands for what is left out. */
function printed(value: Json, depth: number, omit: Omit = () => false): string {
  const pad = '  '.repeat(depth + 1);
  const end = '  '.repeat(depth);
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => printed(item, depth + 1, omit));
    const line = `[${items.join(', ')}]`;
    return line.length + pad.length <= WIDTH && !line.includes('\n')
      ? line
      : `[\n${items.map((item) => pad + item).join(',\n')}\n${end}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const object = value as Readonly<Record<string, Json>>;
  const names = Object.keys(object).filter((name) => !omit(object, name));
  const shortened = names.length < Object.keys(object).length;
  const fields = names.map((name) => `${JSON.stringify(name)}: ${printed(object[name] ?? null, depth + 1, omit)}`);
  const line = `{ ${fields.join(', ')} }`;
  if (names.length === 0 && !shortened) return '{}';
  if (!shortened && depth > 2 && line.length + pad.length <= WIDTH && !line.includes('\n')) return line;
  const lines = fields.map((field, index) => `${pad}${field}${index < fields.length - 1 ? ',' : ''}`);
  return `{\n${[...lines, ...(shortened ? [`${pad}// ...`] : [])].join('\n')}\n${end}}`;
}
