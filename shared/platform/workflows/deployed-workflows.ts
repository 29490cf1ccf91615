import type { Awaited } from '../../domain/request/awaited.js';
import { physicalName } from '../../domain/base/physical-name.js';

/** Facts about the deployed workflows for the platform's functions. They are bundled into the functions' code, not put into their environment. */
export interface DeployedWorkflows {
  /** Workflow name -> name of the message type that starts it, of all workflows. */
  readonly starts: Readonly<Record<string, string>>;
  /** Their steps that wait for messages. */
  readonly awaited: readonly Awaited[];
}

/** Place and beginning of the names of an application's state machines: the value of `LANEWAY_WORKFLOWS`. */
export interface MachineNaming {
  /** First part of every state machine's name. */
  readonly prefix: string;
  /** ARN of a state machine up to its name. */
  readonly place: string;
}

/** An application without workflows. */
export const NO_WORKFLOWS: DeployedWorkflows = { starts: {}, awaited: [] };

/** Name of the state machine of a workflow. */
export function machineName(prefix: string, workflow: string): string {
  return physicalName(prefix, workflow);
}

/** ARNs of the state machines: workflow name -> ARN. */
export function machineArns({ starts }: DeployedWorkflows, { prefix, place }: MachineNaming): Record<string, string> {
  return Object.fromEntries(Object.keys(starts).map((name) => [name, `${place}${machineName(prefix, name)}`]));
}
