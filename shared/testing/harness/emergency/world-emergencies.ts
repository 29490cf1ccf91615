import type { Clock } from '../../../domain/base/clock.js';
import type { EmergencyMeasure } from '../../../domain/emergency/emergency.js';
import { OPERATOR } from '../../../domain/wire/envelope.js';
import {
  emergencyStatus,
  endEmergency,
  startEmergency,
  type EmergencyDone,
  type EmergencyServices,
} from '../../../operator/emergency/emergency.js';
import type { EmergencyStatus } from '../../../operator/emergency/roll-call.js';
import type { Actor } from '../../../operator/operator-services.js';
import { publisherOf } from '../../../publishing/publisher-of.js';
import type { Topology } from '../../../topology/topology.js';
import type { MemoryWorld } from '../memory-world.js';
import { portsOf } from '../process-ports.js';

/** Emergencies of an application in memory, as operators declare and end them. */
export interface Emergencies {
  /**
   * Declares an emergency, as `laneway emergency start` does: takes its measures, and tells every agent.
   * @throws LanewayError NOT_FOUND for a topology without `emergency: true`, UNKNOWN_AGENT, UNKNOWN_CHANNEL, SYSTEM_CHANNEL, INVALID_OPTION without
   * who or why
   */
  start(measures: readonly EmergencyMeasure[], actor: Actor): Promise<EmergencyDone>;
  /** The latest emergency and who has heard of it, as `laneway emergency status` has it. @throws LanewayError NOT_FOUND */
  status(): Promise<EmergencyStatus>;
  /**
   * Ends it, as `laneway emergency end` does: what its measures changed is as before.
   * @throws LanewayError NOT_FOUND when none is in force, INVALID_OPTION without who or why
   */
  end(actor: Actor): Promise<EmergencyDone>;
}

/** Emergencies of a world. */
export class WorldEmergencies implements Emergencies {
  /**
   * @param during awaits a call of an operator
   * @param changed called after something that may have agents take messages again
   */
  constructor(
    private readonly topology: Topology,
    private readonly world: MemoryWorld<Clock>,
    private readonly during: <Result>(call: Promise<Result>) => Promise<Result> = (call) => call,
    private readonly changed: () => void = () => undefined,
  ) {}

  async start(measures: readonly EmergencyMeasure[], actor: Actor): Promise<EmergencyDone> {
    return this.#heeded(await this.during(startEmergency(measures, actor, this.#services())));
  }

  async status(): Promise<EmergencyStatus> {
    await this.world.instances.refresh();
    const { clock, registry, agentFunctions, emergencies } = this.world.ports;
    const { ledger: conversations } = this.world;
    return emergencyStatus({ topology: this.topology, clock, registry, agentFunctions, emergencies, conversations });
  }

  async end(actor: Actor): Promise<EmergencyDone> {
    return this.#heeded(await this.during(endEmergency(actor, this.#services())));
  }

  /** Has instances heed what was ordered, without their next heartbeat. */
  async #heeded(done: EmergencyDone): Promise<EmergencyDone> {
    for (const { measure } of done.emergency.measures)
      if ('agent' in measure) await this.world.instances.heed(measure.agent);
    this.changed();
    return done;
  }

  #services(): EmergencyServices {
    const ports = portsOf(this.world.process(OPERATOR), this.world.ports);
    const { book, clock, emergencies, pauses, quarantines, registry } = ports;
    return {
      ...{ topology: this.topology, book, clock, emergencies, pauses, quarantines, registry },
      confinementOf: () => ({
        pause: () => Promise.resolve('nobody receives for it'),
        resume: () => Promise.resolve('it receives'),
      }),
      publishing: publisherOf(this.topology, { kind: 'platform', name: OPERATOR }, ports),
    };
  }
}
