import type { Harness } from 'laneway/testing';
import type { RowResult } from './row.js';
import type { Witness } from './witness.js';

type Terminal = 'replied' | 'timed-out' | 'failed';

/** Terminal state behind each result that a waiter notes. */
const HEARD: Readonly<Record<string, Terminal>> = {
  reserved: 'replied',
  RequestTimedOut: 'timed-out',
  RequestFailed: 'failed',
};

/** A request at rest. */
interface Asked {
  /** Terminal states in the ledger. */
  readonly terminals: readonly string[];
  /** The only state that there may be, whoever wins the race, if one is known beforehand. */
  readonly wanted: Terminal | undefined;
  readonly sequence: string;
}

/**
 * Compares the results that waiters noted at the witness (`<name>|ended|<result>`) with the ends of their requests. Each request
 * must have one terminal state, and its waiter must have heard that one, once.
 */
export class RequestOutcomes {
  readonly #asked = new Map<string, Asked>();

  /** Notes the one request of a conversation at rest. */
  add(world: Harness, name: string, wanted?: Terminal): void {
    const { entries, sequence } = world.conversation(name);
    const terminals = entries.flatMap((entry) =>
      entry.kind === 'request' && entry.request.state !== 'late' ? [entry.request.state] : [],
    );
    this.#asked.set(name, { terminals, wanted, sequence });
  }

  result(witness: Witness): RowResult {
    const heard = new Map<string, string[]>();
    for (const key of witness.counts().keys()) {
      const [name = '', what, result = ''] = key.split('|');
      if (what === 'ended') heard.set(name, [...(heard.get(name) ?? []), result]);
    }
    const sum = { effects: 0, quarantined: 0, lost: 0, extra: 0 };
    const by = new Map<string, number>();
    const problems: string[] = [];
    for (const [name, { terminals, wanted, sequence }] of this.#asked) {
      const results = heard.get(name) ?? [];
      const [result = 'nothing'] = results;
      by.set(result, (by.get(result) ?? 0) + 1);
      const told = HEARD[result];
      // The dispatcher's own faults outlasted its retries: the workflow failed by that name, and nobody waits.
      const gaveUp = told === undefined && result !== 'nothing' && result !== 'States.Timeout';
      const right = told !== undefined && terminals[0] === told && (wanted === undefined || wanted === told);
      if (gaveUp) sum.quarantined++;
      else if (right) sum.effects++;
      else sum.lost++;
      const beyond = Math.max(0, results.length - 1) + Math.max(0, terminals.length - 1);
      sum.extra += beyond;
      if ((!gaveUp && !right) || beyond > 0) {
        const ended = terminals.join(' and ') || 'nowhere';
        if (problems.length < 3)
          problems.push(`${name}: ended as ${ended}, heard ${results.join(' and ') || 'nothing'}\n${sequence}`);
      }
    }
    const told = [...by].sort(([a], [b]) => (a < b ? -1 : 1)).map(([result, count]) => `${count} ${result}`);
    return {
      ...sum,
      ok: sum.lost === 0 && sum.extra === 0,
      sent: this.#asked.size,
      figure: `heard: ${told.join(', ')}`,
      problems,
    };
  }
}
