import type { Log } from '../agent/context.js';
import type { Duration } from '../domain/base/duration.js';
import type { WorkflowDefinition } from '../workflow/define/workflow-definition.js';
import type { ReadyAgent } from '../testing/harness/bound-agents.js';

/** Options of {@link startInProcess}. */
export interface InProcessOptions {
  /**
   * Agents with what they need (`agent.with({ ... })`), or bare where they need nothing. An agent of the topology that is
   * not given takes nothing: its messages wait in its lanes until the process ends.
   */
  readonly agents: readonly ReadyAgent[];
  /** Workflows of the application; they need the package `jsonata`. @defaultValue none */
  readonly workflows?: readonly WorkflowDefinition[];
  /**
   * Messages that each agent handles side by side, shared by its lanes, the most urgent lane first; a number for all
   * agents, or one for each by its id. @defaultValue 8
   */
  readonly concurrency?: number | Readonly<Record<string, number>>;
  /**
   * Conversations that stay in memory after they have ended (and up to 64 more), with their ledger entries, dead letters, payloads and executions; the
   * oldest is forgotten first. A conversation that goes on is kept as long as it does. @defaultValue 10,000
   */
  readonly keepConversations?: number;
  /** Log that takes the lines of the application and of its handlers. @defaultValue warnings and errors, a line each on stderr */
  readonly log?: Log;
}

/** Options of {@link InProcess.stop}. */
export interface StopOptions {
  /** Longest wait for handlings that run. @defaultValue '30 seconds' */
  readonly timeout?: Duration;
}

/** Work that was not done when an application was stopped, and is lost. */
export interface Leftover {
  /** Copies that waited in lanes of agents, the delayed ones included. */
  readonly waiting: number;
  /** Handlings that were given up: their handlers may run on, and nobody takes their results. */
  readonly givenUp: number;
  /** Workflows that had not ended. */
  readonly workflows: number;
  /** Requests that had not ended. */
  readonly requests: number;
}
