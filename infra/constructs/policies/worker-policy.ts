import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { agentOf, allowAgent, type AgentSurroundings } from '../agent-rights.js';
import { bindingName, grantBinding, type Bindable } from '../binding.js';
import { namesJson } from '../environment/names-json.js';
import { lanesOf } from '../queues/mailbox.js';
import { allowFinding, allowInstances, allowReceive } from '../permissions.js';

/** Properties of {@link WorkerPolicy}. */
export interface WorkerPolicyProps extends AgentSurroundings {
  /** Resources that are named to the agent, with access. */
  readonly bind?: Readonly<Record<string, Bindable>>;
}

/**
 * All rights of an agent that runs as a worker, for the role of its processes, wherever they run. The policy allows what an
 * agent's function may do, receiving from the agent's own lanes, and finding the application's stacks.
 *
 * @throws LanewayError UNKNOWN_AGENT, INVALID_OPTION for an agent that runs on Lambda
 */
export class WorkerPolicy extends Construct {
  /** Policy to attach to the role of the agent's processes. */
  readonly policy: ManagedPolicy;
  private readonly names: Record<string, string> = {};

  constructor(scope: Construct, id: string, props: WorkerPolicyProps) {
    super(scope, id);
    const agent = agentOf(props.topology, props.agent);
    if (agent.runs !== 'worker') {
      throw new LanewayError('INVALID_OPTION', `agent '${agent.id}' runs on Lambda, and would get a worker's policy`, {
        help: [`declare agents.${agent.id} with runs: 'worker'   (${props.topology.name})`],
      });
    }
    const description = `Laneway worker ${agent.id} of ${props.topology.name}`;
    this.policy = new ManagedPolicy(this, 'Policy', { description });
    allowAgent(this.policy, props);
    allowReceive(this.policy, ...lanesOf(props.mailbox).map((lane) => lane.queue));
    allowInstances(this.policy, props.fabric, agent.id);
    allowFinding(this.policy, 'A worker');
    for (const [name, resource] of Object.entries(props.bind ?? {})) this.bind(name, resource);
  }

  /** JSON: binding name -> physical name, as a function finds it in its environment. */
  get bindingsJson(): string {
    return namesJson(this.names);
  }

  /** Names `resource` to the agent's `bind` and gives it access, as for an agent's function. */
  bind(name: string, resource: Bindable): void {
    this.names[name] = bindingName(resource);
    grantBinding(this.policy, resource);
  }
}
