import type { Log } from '../agent/context.js';
import { ProcessGuards } from '../agent/receive/process-guards.js';
import type { Services } from '../agent/receive/services.js';
import { namesFromEnvironment, type PhysicalNames, type RuledNames } from '../aws/physical-names.js';
import { agentPorts, openPorts, ratesPortOf, requestPortsOf } from '../aws/ports.js';
import { ENVIRONMENT, type Variables } from '../domain/base/environment.js';

/** The handling chain's services on AWS. @throws LanewayError when a name is not known */
export function agentServices(names: PhysicalNames, log: Log): Services {
  // Copied, so that a name that is missing is met before the first message.
  const ports = { ...openPorts(names, agentPorts), ...requestPortsOf(names), ...ratesPortOf(names) };
  return { ...ports, senders: ports, random: () => Math.random(), guards: new ProcessGuards(), log };
}

/**
 * The handling chain's services, and the version of the agent's code, by the environment contract.
 * @param ruled lanes that the agent may send to, and the terms of those among whom it chooses
 */
export function servicesFromEnvironment(log: Log, ruled: RuledNames, env: Variables = process.env): Services {
  const version = env[ENVIRONMENT.agentVersion];
  const services = agentServices(namesFromEnvironment(ruled, env), log);
  return version ? { ...services, version } : services;
}
