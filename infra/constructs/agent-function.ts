import { Lazy } from 'aws-cdk-lib';
import { Function, type IFunction, type Code } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { milliseconds } from '../../shared/domain/base/duration.js';
import { ENVIRONMENT } from '../../shared/domain/base/environment.js';
import { LanewayError, unknownName } from '../../shared/domain/base/errors.js';
import type { Priority } from '../../shared/domain/base/priority.js';
import { watchedReceivers } from '../../shared/topology/direct-receivers.js';
import type { AgentModel } from '../../shared/topology/model.js';
import { expectsReplies } from '../../shared/topology/replies.js';
import { agentOf, allowAgent, confineAgent, directMailboxes, type AgentSurroundings } from './agent-rights.js';
import { bindingName, grantBinding, type Bindable } from './binding.js';
import { bundle, bundleVersion } from './bundle.js';
import { checkEnvironment } from './environment/check-environment.js';
import { fabricEnvironment } from './fabric.js';
import { invocationsFor, LEAST_INVOCATIONS, MOST_INVOCATIONS, type ExpectedLoad } from './bounds/expected-load.js';
import { lanesOf } from './queues/mailbox.js';
import { namesJson } from './environment/names-json.js';
import { mailboxesVariable } from './environment/naming-variables.js';
import { DEFAULT_MEMORY, RuntimeFunction, type FunctionOverrides } from './runtime-function.js';

/** Overrides that the function of an agent takes. */
export interface AgentOverrides extends FunctionOverrides {
  /**
   * Invocations that a lane may have at once, 2 to 1000 (limits of SQS event source mappings), by priority. `undefined` = no cap.
   * The highest lane of an agent is never capped and takes none. @default for each lane not named {@link LANE_CONCURRENCY}
   */
  readonly laneConcurrency?: LaneConcurrency;
  /**
   * Load of lower lanes at the busiest time, by priority; the cap of each is worked out from it:
   * `1.5 * perSecond * (takes + 50 ms) / batchSize` invocations. A lane takes a load or a cap, not both.
   * @default none: caps are as `laneConcurrency` says
   */
  readonly laneLoad?: LaneLoad;
}

/** Expected load by priority. */
export type LaneLoad = Readonly<Partial<Record<Priority, ExpectedLoad>>>;

/** Parts of an agent's declaration and overrides that decide the caps of its lanes. */
type LaneCapsProps = Pick<AgentFunctionProps, 'laneLoad' | 'laneConcurrency' | 'mailbox' | 'topology'>;

/** Caps by priority. */
export type LaneConcurrency = Readonly<Partial<Record<Priority, number | undefined>>>;

/** Properties of {@link AgentFunction}. */
export interface AgentFunctionProps extends AgentOverrides, AgentSurroundings {
  /** Entry file that exports `handler`, code that was bundled already, or a function made elsewhere. */
  readonly handler: string | Code | IFunction;
  /** Invocations that its highest lane may have at once. @default no cap */
  readonly highestCap?: number | undefined;
  /** Resources that are named to the agent, with access. */
  readonly bind?: Readonly<Record<string, Bindable>>;
}

/**
 * Invocations that a lower lane may have at once, so that it leaves room to the higher ones. An agent's highest lane is
 * never capped. 2 is the least that SQS event source mappings take.
 */
export const LANE_CONCURRENCY: Readonly<Partial<Record<Priority, number>>> = { high: 50, normal: 20, low: 5 };

/** The way out of a full environment. */
const BIND_LESS =
  'bind fewer or shorter values: put what is long into a parameter, an object or a table, and bind its name';

/**
 * An agent on Lambda: one event source mapping for each of its lanes, partial batch responses, and a role that may do
 * what the topology says of this agent and nothing else.
 *
 * @throws LanewayError UNKNOWN_AGENT, INVALID_OPTION for an agent that runs as a worker, and at synth when its environment
 * would be over 4,096 bytes
 */
export class AgentFunction extends Construct {
  /** Function of the agent: the one made here, or the one given as `handler`. */
  readonly function: IFunction;
  private readonly bindings: Record<string, string> = {};

  constructor(scope: Construct, id: string, props: AgentFunctionProps) {
    super(scope, id);
    const { topology, fabric, mailbox } = props;
    const agent = agentOf(topology, props.agent);
    if (agent.runs === 'worker') {
      throw new LanewayError('INVALID_OPTION', `agent '${agent.id}' runs as a worker, and would get a function`, {
        help: ["leave 'runs' out of the topology, or give its policy to a process"],
      });
    }
    const caps = lowerCapsOf(agent, props);
    checkCaps(agent, props.laneConcurrency ?? {}, topology.name);
    const requests = expectsReplies(topology, agent.publishes);
    const direct = directMailboxes(props);
    const environment = {
      ...fabricEnvironment(fabric, requests),
      ...((watchedReceivers(topology, agent).length > 0 || agent.pace?.exact === true) && {
        [ENVIRONMENT.registryTable]: fabric.registryTable.tableName,
      }),
      [ENVIRONMENT.deadLetterQueue]: mailbox.deadLetterQueue.queueUrl,
      ...mailboxesVariable([mailbox, ...direct]),
      [ENVIRONMENT.bindings]: Lazy.string({ produce: () => namesJson(this.bindings) }),
    };
    this.function = this.functionOf(props, agent, environment);
    if (this.function instanceof Function)
      checkEnvironment(this.function, `the function of agent '${agent.id}'`, BIND_LESS);
    for (const lane of lanesOf(mailbox)) {
      const cap = lane.priority === agent.lanes[0] ? props.highestCap : caps[lane.priority];
      this.function.addEventSource(
        new SqsEventSource(lane.queue, {
          batchSize: lane.batchSize,
          reportBatchItemFailures: true,
          ...(cap === undefined ? {} : { maxConcurrency: cap }),
        }),
      );
    }
    allowAgent(this.function, props);
    // A function made elsewhere may serve several agents, whose denies would leave nothing.
    if (this.function instanceof RuntimeFunction) confineAgent(this.function, props);
    for (const [name, resource] of Object.entries(props.bind ?? {})) this.bind(name, resource);
  }

  /** Names `resource` to the agent's `bind` and gives it access, as {@link grantBinding} says. */
  bind(name: string, resource: Bindable): void {
    this.bindings[name] = bindingName(resource);
    grantBinding(this.function, resource);
  }

  private functionOf(props: AgentFunctionProps, agent: AgentModel, environment: Record<string, string>): IFunction {
    const { handler } = props;
    if (typeof handler === 'object' && 'functionArn' in handler) {
      if (handler instanceof Function)
        for (const [key, value] of Object.entries(environment)) handler.addEnvironment(key, value);
      return handler;
    }
    const code = typeof handler === 'string' ? bundle(this, new Map([[agent.id, handler]])).get(agent.id) : handler;
    if (!code) throw unknownName('UNKNOWN_AGENT', `nothing was bundled for '${agent.id}'`, agent.id, [], agent.id);
    const version = bundleVersion(code);
    return new RuntimeFunction(this, 'Function', {
      ...props,
      memorySize: props.memorySize ?? DEFAULT_MEMORY.agent,
      code,
      application: props.topology.name,
      description: agent.description ?? `Laneway agent ${agent.id} of ${props.topology.name}`,
      timeout: props.mailbox.functionTimeout,
      policies: [props.fabric.shared.tracing],
      environment: { ...environment, ...(version === undefined ? {} : { [ENVIRONMENT.agentVersion]: version }) },
    });
  }
}

/** Caps of an agent's lanes below the highest, by priority. @throws LanewayError INVALID_OPTION */
export function lowerCapsOf(agent: AgentModel, props: LaneCapsProps): LaneConcurrency {
  const caps: LaneConcurrency = { ...LANE_CONCURRENCY, ...props.laneConcurrency, ...capsOfLoad(agent, props) };
  return Object.fromEntries(agent.lanes.slice(1).map((lane) => [lane, caps[lane]]));
}

/** Caps of the lanes whose load is given. @throws LanewayError INVALID_OPTION */
function capsOfLoad(agent: AgentModel, props: LaneCapsProps): LaneConcurrency {
  const { laneLoad = {}, laneConcurrency = {}, mailbox, topology } = props;
  const refuse = (what: string, help: string): never => {
    throw new LanewayError('INVALID_OPTION', `agent '${agent.id}': ${what}`, {
      help: [help, `(${topology.name}, laneLoad)`],
    });
  };
  const [highest, ...lower] = agent.lanes;
  const loads = Object.entries(laneLoad) as [Priority, ExpectedLoad][];
  return Object.fromEntries(
    loads.map(([lane, load]) => {
      const known = `lanes that take a load: ${lower.join(', ') || '(none)'}`;
      if (lane === highest) refuse(`its highest lane '${lane}' is never capped, and was given a load`, known);
      const batch = mailbox.lanes[lane]?.batchSize ?? refuse(`it has no lane '${lane}' to give a load`, known);
      if (Object.hasOwn(laneConcurrency, lane))
        refuse(`lane '${lane}' was given a load and a cap`, 'leave one of laneLoad and laneConcurrency out');
      if (milliseconds(load.takes) > milliseconds(agent.handlerTimeout))
        refuse(
          `lane '${lane}' was given messages that take ${load.takes}`,
          `allowed: its handlerTimeout, ${agent.handlerTimeout}, and less`,
        );
      return [lane, invocationsFor(load, batch, `agent '${agent.id}', lane '${lane}'`)];
    }),
  );
}

/** CloudFormation refuses a wrong number only when it deploys, and a lane that is not there would be left out in silence. */
function checkCaps(agent: AgentModel, given: LaneConcurrency, application: string): void {
  const [highest, ...lower] = agent.lanes;
  const refuse = (what: string, ...help: string[]): never => {
    throw new LanewayError('INVALID_OPTION', `agent '${agent.id}': ${what}`, {
      help: [...help, `(${application}, laneConcurrency)`],
    });
  };
  for (const [lane, cap] of Object.entries(given)) {
    const allowed = `lanes that take a cap: ${lower.join(', ') || '(none)'}`;
    if (lane === highest) refuse(`its highest lane '${lane}' is never capped, and was given ${cap}`, allowed);
    if (!lower.some((one) => one === lane)) refuse(`it has no lane '${lane}' to give ${cap} invocations`, allowed);
    if (cap === undefined || (Number.isInteger(cap) && cap >= LEAST_INVOCATIONS && cap <= MOST_INVOCATIONS)) continue;
    refuse(
      `lane '${lane}' was given ${cap} invocations`,
      'allowed: whole numbers from 2 to 1000, undefined for no cap',
    );
  }
}
