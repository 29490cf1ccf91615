import { LanewayError, unknownName } from '../../domain/base/errors.js';
import type { Ports } from '../../domain/ports.js';
import { drainOf } from '../../domain/registry/drain.js';
import type { InstanceClaim, InstanceReport, InstanceState, Registration } from '../../domain/registry/instance.js';
import type { TopologyModel } from '../../topology/model.js';
import { unknownCapability } from '../../topology/registry/find-agents.js';

/** Facts of an instance beside the names of its application and its agent. */
export interface InstanceFacts {
  /** Name of the instance, unique among those of its agent: 1 to 64 letters, digits and `_ . : -`. */
  readonly instance: string;
  /** Capabilities with their proficiency, from 0 to 1. @defaultValue all that the topology declares for the agent, each 1 */
  readonly capabilities?: Readonly<Record<string, number>>;
  /** Messages that it handles side by side at most. */
  readonly maxConcurrentTasks: number;
  /** Place where it runs, such as an availability zone. */
  readonly zone?: string;
  /** Version of its code. */
  readonly version?: string;
}

/**
 * The registration of an agent's instance.
 * @param started milliseconds since 1970
 * @throws LanewayError UNKNOWN_AGENT, UNKNOWN_CAPABILITY
 */
export function registrationOf(
  { agents, name }: TopologyModel,
  id: string,
  { capabilities, ...facts }: InstanceFacts,
  started: number,
): Registration {
  const agent = Object.hasOwn(agents, id) ? agents[id] : undefined;
  if (!agent) throw unknownName('UNKNOWN_AGENT', `there is no agent '${id}'`, id, Object.keys(agents), name);
  for (const one of Object.keys(capabilities ?? {}))
    if (!agent.capabilities.includes(one)) throw unknownCapability(one, agent.capabilities, `${name}, agents.${id}`);
  return {
    ...facts,
    ...{ application: name, agent: id, started: new Date(started).toISOString() },
    capabilities: capabilities ?? Object.fromEntries(agent.capabilities.map((one) => [one, 1])),
  };
}

/** Hold of one instance on its place in the registry: it registers, beats, and learns whether it is drained or was replaced. */
export class InstanceLease {
  #claim: InstanceClaim | undefined;
  #beat = 0;
  #isDrained = false;
  #isReplaced = false;

  constructor(
    readonly registration: Registration,
    private readonly ports: Pick<Ports, 'clock' | 'registry'>,
  ) {}

  /** True while an operator has it, or its agent, take nothing new; as of the last heartbeat. */
  get isDrained(): boolean {
    return this.#isDrained;
  }

  /** True from when another instance has its name. It is to end. */
  get isReplaced(): boolean {
    return this.#isReplaced;
  }

  /**
   * Registers, if it has not, and beats. A place that was forgotten, after a day of silence, is taken anew. One that was replaced
   * beats no more.
   * @throws LanewayError FOREIGN_HEARTBEAT, INVALID_OPTION; UNAVAILABLE, to be repeated
   */
  async beat(currentTasks: number, state: InstanceState = 'ready', report: InstanceReport = {}): Promise<void> {
    if (this.#isReplaced) return;
    const { clock, registry } = this.ports;
    const { application, agent, instance } = this.registration;
    this.#claim ??= await registry.register(this.registration);
    const { epoch } = this.#claim;
    try {
      const at = new Date(clock.now()).toISOString();
      const said = { at, state, currentTasks, report };
      await registry.beat({ application, agent, instance, epoch, beat: ++this.#beat, ...said });
    } catch (error) {
      if (!(error instanceof LanewayError)) throw error;
      if (error.code === 'UNKNOWN_INSTANCE') this.#forget();
      else if (error.code === 'REPLACED') this.#isReplaced = true;
      else throw error;
      if (!this.#isReplaced) await this.beat(currentTasks, state, report);
      return;
    }
    this.#isDrained = drainOf(await registry.drainsOf(agent), instance) !== undefined;
  }

  /** Says that it is gone, for good. Does nothing for one that never registered, or was replaced. */
  async leave(): Promise<void> {
    if (this.#claim) await this.beat(0, 'gone');
  }

  #forget(): void {
    this.#claim = undefined;
    this.#beat = 0;
  }
}
