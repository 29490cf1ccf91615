import { defined } from '../../domain/base/defined.js';
import { milliseconds, wholeSeconds, type Duration } from '../../domain/base/duration.js';
import type { DataOf, EventType } from '../../message/message-type.js';
import type { Topology } from '../../topology/topology.js';
import type { Awaited } from '../../domain/request/awaited.js';
import { checkCarried } from '../analyse/check-step.js';
import { checkCompensations } from '../analyse/check-compensations.js';
import { compile } from '../compile/compile.js';
import { combine, compare, not, orElse, present } from '../record/derived.js';
import type { AgentOf, Flow, FlowResult, NamesOf, TypesOf } from './flow.js';
import { nameSteps } from '../record/names.js';
import { allSteps, outlineOf, type NamedSteps } from '../record/outline.js';
import { Recorder } from './recorder.js';
import type { Ref } from './ref.js';
import type { WorkflowDefinition, WorkflowStep } from './workflow-definition.js';
import { refusal, type Refuse } from '../record/references.js';

/** Options of {@link defineWorkflow}. */
export interface WorkflowOptions<Start extends EventType> {
  /** The event each message of which starts an execution. */
  readonly startedBy: Start;
  /** Bound of a whole execution, at most 365 days. @defaultValue '1 day' */
  readonly deadline?: Duration;
  /**
   * Set to true when only `laneway workflow start` starts it: nobody publishes its start message, and no other workflow
   * runs it.
   * @defaultValue false
   */
  readonly byHand?: boolean;
}

/** Deadline of a workflow that declares none. */
export const DEFAULT_DEADLINE: Duration = '1 day';

/** The longest that a Standard execution lasts (Step Functions quota). */
export const LONGEST_DEADLINE: Duration = '365 days';

/**
 * Defines a process that sends requests and waits for replies. `define` runs once, at definition: its verbs record
 * steps, and its arguments are references to values that only an execution has. The steps are compiled to a Standard
 * Step Functions machine in JSONata. Each request is one state; each execution ends with `{ result, data }`.
 *
 * @param name lower-case letters, digits and dashes, at most 32 (an execution's name is workflow, start message id and
 * generation, in Step Functions' 80 characters)
 * @throws LanewayError INVALID_WORKFLOW with the place: a type that no channel carries, a command without reply, two
 * steps of one name, a match that is not exhaustive, a value used where it is not known, a step that nothing leads to
 */
export function defineWorkflow<
  const Name extends string,
  Given extends Topology,
  Start extends Extract<TypesOf<Given>, EventType>,
>(
  topology: Given,
  name: Name,
  options: WorkflowOptions<Start>,
  define: (flow: Flow<TypesOf<Given>, AgentOf<Given>, NamesOf<Given>>, start: Ref<DataOf<Start>>) => FlowResult,
): WorkflowDefinition<Name, Start> {
  const refuse = refusal(`workflow '${name}'`);
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(name))
    refuse(`'${name}' cannot name a workflow`, 'allowed: lower-case letters, digits and dashes, at most 32 characters');
  const { startedBy, deadline = DEFAULT_DEADLINE, byHand } = options;
  if (startedBy.kind !== 'event')
    refuse(
      `startedBy is ${String(startedBy.name)}, a command`,
      'a workflow starts from an event; a command is for one agent',
    );
  checkCarried(startedBy, topology.model, topology.types, refusal(`workflow '${name}', startedBy`));
  if (milliseconds(deadline) > milliseconds(LONGEST_DEADLINE))
    refuse(`deadline is '${deadline}'`, `allowed: at most ${LONGEST_DEADLINE}, the longest a Standard execution lasts`);

  const recorder = new Recorder(topology, name, deadline);
  const returned: unknown = define(
    verbs(recorder) as Flow<TypesOf<Given>, AgentOf<Given>, NamesOf<Given>>,
    recorder.startData(startedBy) as Ref<DataOf<Start>>,
  );
  if (returned instanceof Promise)
    refuse('the definition is asynchronous', 'the steps of a workflow are recorded, not awaited: remove async');
  const { root } = recorder;
  if (root.steps.length === 0) refuse('the definition records no step', 'call the verbs of flow');
  checkCompensations(name, root);
  const steps: NamedSteps = { root, names: nameSteps(root, refuse) };
  const deadlineSeconds = wholeSeconds(deadline);
  const comment = `Laneway workflow ${name} of ${topology.name}, started by ${startedBy.name}`;
  return {
    name,
    topology,
    startedBy,
    deadlineSeconds,
    ...defined({ byHand }),
    steps: stepsIn(steps),
    awaits: awaitsOf(name, steps, refuse),
    asl: compile({ name, deadlineSeconds, comment }, steps, refuse),
    outline: outlineOf(steps),
  };
}

/** Messages that the steps of a workflow wait for. @throws LanewayError INVALID_WORKFLOW for two that one message would answer */
function awaitsOf(workflow: string, { root, names }: NamedSteps, refuse: Refuse): Awaited[] {
  const awaits = [...allSteps(root)].flatMap(({ step }): Awaited[] =>
    step.kind === 'receive'
      ? [{ workflow, step: names.stateOf(step), type: step.type, keyed: step.key !== undefined }]
      : [],
  );
  for (const { type, step, keyed } of awaits) {
    const other = awaits.find((one) => one.type === type && one.step !== step && !one.keyed && !keyed);
    if (other) {
      refuse(
        `steps '${step}' and '${other.step}' wait for ${type}, and the same message would answer both`,
        'give each a key: the subject of the message that it waits for',
      );
    }
  }
  return awaits;
}

/** The verbs as functions that may be taken off the object. */
function verbs(recorder: Recorder): unknown {
  const bound: { readonly [Verb in keyof Flow]: unknown } = {
    request: recorder.request.bind(recorder),
    publish: recorder.publish.bind(recorder),
    match: recorder.match.bind(recorder),
    wait: recorder.wait.bind(recorder),
    run: recorder.run.bind(recorder),
    receive: recorder.receive.bind(recorder),
    approval: recorder.approval.bind(recorder),
    parallel: recorder.parallel.bind(recorder),
    map: recorder.map.bind(recorder),
    orElse: (given: unknown, fallback: unknown) => orElse(given, fallback, recorder.reading('orElse')),
    is: (given: unknown, how: unknown, other: unknown) => compare(given, how, other, recorder.reading('is')),
    present: (given: unknown) => present(given, recorder.reading('present')),
    not: (given: unknown) => not(given, recorder.reading('not')),
    all: (...given: unknown[]) => combine('and', given, recorder.reading('all')),
    any: (...given: unknown[]) => combine('or', given, recorder.reading('any')),
    complete: recorder.complete.bind(recorder),
    fail: recorder.fail.bind(recorder),
  };
  return bound;
}

function stepsIn({ root, names }: NamedSteps): WorkflowStep[] {
  return [...allSteps(root)].flatMap(({ step, block: { path } }): WorkflowStep[] => {
    const name = names.stateOf(step);
    switch (step.kind) {
      case 'publish':
        return [{ name, kind: 'publish', type: step.type, path }];
      case 'wait':
        return [{ name, kind: 'wait', path }];
      case 'receive':
        return [{ name, kind: 'receive', type: step.type, timeoutSeconds: step.timeoutSeconds, path }];
      case 'approval':
        return [{ name, kind: 'approval', timeoutSeconds: step.timeoutSeconds, path }];
      case 'run':
        return [{ name, kind: 'run', type: step.workflow, timeoutSeconds: step.timeoutSeconds, path }];
      case 'request': {
        const { type, reply, timeoutSeconds } = step;
        return [{ name, kind: 'request', type, reply, timeoutSeconds, path }];
      }
      default:
        return [];
    }
  });
}
