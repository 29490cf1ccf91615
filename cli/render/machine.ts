import type { Json } from '../../shared/domain/base/json.js';
import type { AslBranch, AslState } from '../../shared/workflow/compile/asl.js';
import { machinesIn, fieldText } from '../../shared/workflow/compile/calls-in.js';
import { escapeText } from './mermaid.js';

/** Progress of an execution in one state of its workflow. */
export type Mark = 'done' | 'waiting' | 'failed';

/** Signs before the states in the text. */
const SIGNS: Readonly<Record<Mark, string>> = { done: '✓', waiting: '…', failed: '✗' };
const COLOURS: Readonly<Record<Mark, string>> = {
  done: 'fill:#d5f0d5,stroke:#2a7a2a',
  waiting: 'fill:#fff3c4,stroke:#a67c00',
  failed: 'fill:#f8d0d0,stroke:#a02020',
};

/** A compiled workflow as an indented list of its states; with marks, an execution drawn on it. */
export function machineText(machine: AslBranch, marks: ReadonlyMap<string, Mark> = new Map(), depth = 0): string[] {
  const indent = '  '.repeat(depth);
  const order = inOrder(machine);
  return order.flatMap((name, index) => {
    const state = machine.States[name];
    if (!state) return [];
    const mark = marks.get(name);
    const head = `${indent}${marks.size === 0 ? '' : `${mark === undefined ? ' ' : SIGNS[mark]} `}${name}: ${sentence(state)}`;
    const onward = waysOn(state)
      .filter(({ to }) => waysOn(state).length > 1 || to !== order[index + 1])
      .map(({ to, label }) => `${indent}    ${label === undefined ? '' : `${label} `}-> ${to}`);
    const inner = machinesIn(state).flatMap((branch, number) => [
      ...(machinesIn(state).length > 1 ? [`${indent}    side by side, ${number + 1}:`] : []),
      ...machineText(branch, marks, depth + 2),
    ]);
    return [head, ...inner, ...onward];
  });
}

/** A compiled workflow as a Mermaid flowchart; with marks, an execution drawn on it. */
export function machineMermaid(machine: AslBranch, marks: ReadonlyMap<string, Mark> = new Map()): string {
  const ids = new Map<string, string>();
  const idOf = (name: string): string => {
    if (!ids.has(name)) ids.set(name, `s${ids.size + 1}`);
    return ids.get(name) ?? '';
  };
  const draw = (branch: AslBranch, indent: string): string[] =>
    inOrder(branch).flatMap((name) => {
      const state = branch.States[name];
      if (!state) return [];
      const id = idOf(name);
      const [open, close] = shapeOf(state);
      const mark = marks.get(name);
      return [
        `${indent}${id}${open}${label(`${name}: ${sentence(state)}`)}${close}${mark === undefined ? '' : `:::${mark}`}`,
        ...machinesIn(state).flatMap((inner, number) => [
          `${indent}subgraph ${id}x${number + 1} [${label(name)}]`,
          ...draw(inner, `${indent}  `),
          `${indent}end`,
          `${indent}${id} --> ${idOf(inner.StartAt)}`,
        ]),
        ...waysOn(state).map(
          ({ to, label: text }) => `${indent}${id} -->${text === undefined ? '' : `|${label(text)}|`} ${idOf(to)}`,
        ),
        ...('End' in state && state.End === true ? [`${indent}${id} --> ${id}e((${label('end')}))`] : []),
      ];
    });
  const used = new Set(marks.values());
  return [
    'flowchart TD',
    `  begin((${label('start')})) --> ${idOf(machine.StartAt)}`,
    ...draw(machine, '  '),
    ...[...used].map((mark) => `  classDef ${mark} ${COLOURS[mark]}`),
  ].join('\n');
}

/** States in the order in which a path comes to them. */
function inOrder({ StartAt, States }: AslBranch): string[] {
  const order: string[] = [];
  const visit = (name: string): void => {
    const state = States[name];
    if (order.includes(name) || !state) return;
    order.push(name);
    for (const { to } of waysOn(state)) visit(to);
  };
  visit(StartAt);
  return order;
}

function waysOn(state: AslState): readonly { readonly to: string; readonly label?: string }[] {
  if (state.Type === 'Choice')
    return state.Choices.map(({ Condition, Next }) => ({ to: Next, label: conditionText(Condition) }));
  return 'Next' in state && state.Next !== undefined ? [{ to: state.Next }] : [];
}

/** `{% $analyze.severity = 'normal' %}` as `severity = normal`. */
function conditionText(condition: string): string {
  return condition.replace(/^\{%\s*|\s*%\}$/g, '').replaceAll(/\$(?=\w)|'/g, '');
}

function sentence(state: AslState): string {
  if (state.Type === 'Fail') return `fails with ${state.Error}`;
  if (state.Type === 'Choice') return 'by value';
  if (state.Type === 'Parallel') return 'side by side';
  if (state.Type === 'Map') return Array.isArray(state.Items) ? 'side by side' : 'for each';
  if (state.Type === 'Pass') return state.End === true ? resultOf(state.Output) : 'keeps values';
  const { Payload = {} } = state.Arguments as { Payload?: Readonly<Record<string, Json>> };
  const field = (name: string): string => fieldText(Payload, name);
  const seconds = Payload['timeoutSeconds'] === undefined ? '' : ` within ${field('timeoutSeconds')} s`;
  switch (Payload['kind']) {
    case 'request':
      return `request ${field('type')}${seconds}`;
    case 'publish':
      return `publish ${field('type')}`;
    case 'receive':
      return `receive ${field('type')}${seconds}`;
    case 'run':
      return `run ${field('runs')}${seconds}`;
    case 'approval':
      return `approval of ${field('approvers')}${seconds}`;
    case 'wait':
      return Payload['seconds'] === undefined ? 'wait until a time' : `wait ${field('seconds')} s`;
    default:
      return 'task';
  }
}

function resultOf(output: Json | undefined): string {
  if (typeof output !== 'object' || output === null || Array.isArray(output)) return 'ends';
  const { result } = output as Readonly<Record<string, Json>>;
  return typeof result === 'string' ? `ends with ${result}` : 'ends';
}

function shapeOf(state: AslState): readonly [string, string] {
  if (state.Type === 'Choice') return ['{', '}'];
  if (state.Type === 'Task') return ['[', ']'];
  return state.Type === 'Pass' || state.Type === 'Fail' ? ['([', '])'] : ['[[', ']]'];
}

/** Text in a Mermaid label. */
function label(text: string): string {
  return `"${escapeText(text)}"`;
}
