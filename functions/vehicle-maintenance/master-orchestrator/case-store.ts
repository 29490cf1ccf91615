import { hear, NOTHING_HEARD, type ConversationFacts, type Heard } from './conversation-stage.js';

/** Knowledge of the orchestrator of one conversation: its facts and the vehicle. */
export interface Case {
  readonly facts: ConversationFacts;
  readonly vin?: string;
}

/** Keeps the cases, by conversation. */
export interface CaseStore {
  /** Adds a message, and returns the case as it then stands. Order and repetition do not matter. */
  hear(conversation: string, heard: Heard, vin?: string): Promise<Case>;
  /**
   * Records that an open case has been decided. True for one effect key only, and for that one again: of two messages that
   * see the same open case, one decides, and its redelivery repeats the decision.
   */
  decide(conversation: string, effectKey: string): Promise<boolean>;
}

/** A case to which something heard is added. */
export function withHeard(known: Case | undefined, heard: Heard, vin: string | undefined): Case {
  const name = vin ?? known?.vin;
  return { facts: hear(known?.facts ?? NOTHING_HEARD, heard), ...(name === undefined ? {} : { vin: name }) };
}

/** A {@link CaseStore} in memory. */
export function memoryCases(): CaseStore {
  const cases = new Map<string, Case>();
  const decided = new Map<string, string>();
  return {
    hear: (conversation, heard, vin) => {
      const updated = withHeard(cases.get(conversation), heard, vin);
      cases.set(conversation, updated);
      return Promise.resolve(updated);
    },
    decide: (conversation, effectKey) => {
      const by = decided.get(conversation) ?? effectKey;
      decided.set(conversation, by);
      return Promise.resolve(by === effectKey);
    },
  };
}
