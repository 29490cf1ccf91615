import * as z from 'zod';
import { canBeId } from '../base/ids.js';
import { LanewayError } from '../base/errors.js';
import { anyText, count, instant } from '../form/shapes.js';

/** Most instances of one agent that are read. A claim costs its writer nothing, and each costs every reader a look. */
export const MOST_INSTANCES = 500;

/** Most messages that an instance may say it handles side by side, or has in hand. */
export const MOST_TASKS = 10_000;

/** State that an instance gives itself. `draining`: it ends what it has in hand. `gone`: it has ended, for good. */
export type InstanceState = 'initializing' | 'ready' | 'draining' | 'gone';

/** Names of an instance: one process that runs an agent. */
export interface InstanceName {
  /** Name of the application. */
  readonly application: string;
  /** Id of the agent. */
  readonly agent: string;
  /** Name of the instance, unique among those of its agent. */
  readonly instance: string;
}

/** Facts by which an instance registers. */
export interface Registration extends InstanceName {
  /** Capabilities, each with its proficiency, from 0 to 1. Those that the topology does not declare for the agent count for nothing. */
  readonly capabilities: Readonly<Record<string, number>>;
  /** Messages that it handles side by side at most. */
  readonly maxConcurrentTasks: number;
  /** Place where it runs, such as an availability zone. */
  readonly zone?: string;
  /** Version of its code. */
  readonly version?: string;
  /** Instant at which it registered by its own clock, ISO 8601. */
  readonly started: string;
}

/** Word of an instance on how it fares. It may take itself out by it, and nobody else. */
export interface InstanceReport {
  /** Reason for which it cannot do its work, by its own probe; absent while it can. */
  readonly ill?: string;
  /** Tries of its handlings that ended well within five minutes, of the last fifty. @defaultValue 0 */
  readonly completed?: number;
  /** Tries that ended badly, counted in the same way. @defaultValue 0 */
  readonly failed?: number;
  /** Share of the memory that its process may have which it has taken, 0 to 1. @defaultValue unknown */
  readonly memory?: number;
}

/** Heartbeat of an instance. */
export interface Heartbeat extends InstanceName {
  /** Registration under this name that it belongs to, from 1. */
  readonly epoch: number;
  /** Number of the heartbeat within its registration, from 1. */
  readonly beat: number;
  /** Instant of the heartbeat by the instance's own clock, ISO 8601. */
  readonly at: string;
  /** State that it gives itself. */
  readonly state: InstanceState;
  /** Messages in hand. */
  readonly currentTasks: number;
  /** Absent from a worker of an older release. */
  readonly report?: InstanceReport;
}

/** All that an instance says of itself. Its agent's role writes it, so that it is a claim, and nobody's order. */
export type InstanceClaim = Registration & Heartbeat;

/** Longest reason of a probe that is kept, characters. */
export const ILL_LENGTH = 200;

const STATES = ['initializing', 'ready', 'draining', 'gone'] as const satisfies readonly InstanceState[];

/** Form of a stored claim. */
export const claimForm = z.looseObject({
  ...{ application: anyText, agent: anyText },
  instance: z.string().refine(isInstanceName),
  capabilities: z.record(z.string(), z.number().min(0).max(1)),
  maxConcurrentTasks: z.number().int().min(1).max(MOST_TASKS),
  zone: z.string().max(128).optional(),
  version: z.string().max(128).optional(),
  started: instant,
  ...{ epoch: count, beat: count, at: instant, currentTasks: count.max(MOST_TASKS) },
  state: z.enum(STATES),
  report: z
    .looseObject({
      ill: z.string().max(ILL_LENGTH).optional(),
      ...{ completed: count.optional(), failed: count.optional(), memory: z.number().min(0).max(1).optional() },
    })
    .optional(),
});

/** True for a text that may name an instance: 1 to 64 letters, digits and `_ . : -`. */
export function isInstanceName(text: string): boolean {
  return text.length <= 64 && canBeId(text) && !text.includes('#');
}

/** @throws LanewayError INVALID_OPTION for a fact that no registration may have */
export function checkRegistration({
  agent,
  instance,
  capabilities,
  maxConcurrentTasks,
  zone = '',
  version = '',
}: Registration): void {
  const refuse = (what: string, allowed: string): never => {
    throw new LanewayError('INVALID_OPTION', `an instance of '${agent}' was to register with ${what}`, {
      help: [`allowed: ${allowed}`],
    });
  };
  if (!isInstanceName(instance)) refuse(`the name '${instance}'`, '1 to 64 letters, digits and _ . : -');
  if (!Number.isInteger(maxConcurrentTasks) || maxConcurrentTasks < 1 || maxConcurrentTasks > MOST_TASKS)
    refuse(`maxConcurrentTasks ${maxConcurrentTasks}`, `a whole number from 1 to ${MOST_TASKS}`);
  for (const [capability, proficiency] of Object.entries(capabilities))
    if (!(proficiency >= 0 && proficiency <= 1))
      refuse(`proficiency ${proficiency} in '${capability}'`, 'a number from 0 to 1');
  for (const [name, text] of Object.entries({ zone, version }))
    if (text.length > 128) refuse(`a ${name} of ${text.length} characters`, 'up to 128 characters');
}

/** The claim of an instance that registers: the next epoch under its name, whatever became of the one before. */
export function registered(registration: Registration, before: InstanceClaim | undefined): InstanceClaim {
  if (before) checkApplication(registration, before);
  const epoch = (before?.epoch ?? 0) + 1;
  return { ...registration, epoch, beat: 0, at: registration.started, state: 'initializing', currentTasks: 0 };
}

/**
 * The claim of an instance after a heartbeat.
 * @throws LanewayError FOREIGN_HEARTBEAT of another application; UNKNOWN_INSTANCE of one that never registered; REPLACED of one
 * that was replaced, or has said that it is gone
 */
export function beaten(heartbeat: Heartbeat, before: InstanceClaim | undefined): InstanceClaim {
  const { agent, instance, epoch } = heartbeat;
  if (!before) {
    throw new LanewayError('UNKNOWN_INSTANCE', `a heartbeat of '${instance}', which is no instance of '${agent}'`, {
      help: ['register first: an instance that is forgotten after a day of silence registers anew'],
    });
  }
  checkApplication(heartbeat, before);
  if (epoch !== before.epoch || before.state === 'gone') {
    const since =
      epoch === before.epoch ? 'has said that it is gone' : `was replaced at its registration ${before.epoch}`;
    throw new LanewayError(
      'REPLACED',
      `a heartbeat of '${instance}' of '${agent}', registration ${epoch}, which ${since}`,
      {
        help: ['an instance that was replaced ends; start a new one under another name, or register anew'],
      },
    );
  }
  return { ...before, ...heartbeat, report: heartbeat.report ?? {} };
}

function checkApplication({ application, agent, instance }: InstanceName, before: InstanceName): void {
  if (application === before.application) return;
  throw new LanewayError('FOREIGN_HEARTBEAT', `'${instance}' of '${agent}' says that it belongs to '${application}'`, {
    help: [`this registry is of '${before.application}': connect to the stacks of your own application`],
  });
}
