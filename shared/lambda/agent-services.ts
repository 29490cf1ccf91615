import type { Log } from '../agent/context.js';
import { ProcessGuards } from '../agent/receive/process-guards.js';
import type { Services } from '../agent/receive/services.js';
import { namesFromEnvironment, type PhysicalNames } from '../aws/physical-names.js';
import { agentPorts, openPorts, ratesPortOf, requestPortsOf } from '../aws/ports.js';
import { ENVIRONMENT, type Variables } from '../domain/base/environment.js';
import type { LaneUrls } from '../topology/mailbox-names.js';

/** The handling chain's services on AWS. @throws LanewayError when a name is not known */
export function agentServices(names: PhysicalNames, log: Log): Services {
  // Copied, so that a name that is missing is met before the first message.
  const ports = { ...openPorts(names, agentPorts), ...requestPortsOf(names), ...ratesPortOf(names) };
  return { ...ports, senders: ports, random: () => Math.random(), guards: new ProcessGuards(), log };
}

/**
 * The handling chain's services, and the version of the agent's code, by the environment contract.
 * @param lanes lanes that the agent may send to
 */
export function servicesFromEnvironment(log: Log, lanes: LaneUrls, env: Variables = process.env): Services {
  const version = env[ENVIRONMENT.agentVersion];
  const services = agentServices(namesFromEnvironment({ lanes: () => lanes }, env), log);
  return version ? { ...services, version } : services;
}
