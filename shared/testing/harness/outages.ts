import { milliseconds, type Duration } from '../../domain/base/duration.js';
import { LanewayError, unknownName } from '../../domain/base/errors.js';

/** Ports that can be in trouble: those of an application in memory, and `receipts`, which stands for the receipts of copies in lanes. */
export const OUTAGE_PORTS = [
  'agentFunctions',
  'approvals',
  'book',
  'breakers',
  'bus',
  'cursors',
  'deadLetters',
  'deferredReplies',
  'deliveries',
  'emergencies',
  'executionFacts',
  'executions',
  'heldTimes',
  'intents',
  'lanes',
  'ledger',
  'linkSigner',
  'openExecutions',
  'payloads',
  'pauses',
  'pending',
  'quarantines',
  'rates',
  'receipts',
  'registry',
  'resumer',
  'returns',
  'sagas',
  'starter',
  'timers',
] as const;

/** Port that an {@link Outage} is of: something outside the application that Laneway calls. */
export type OutagePort = (typeof OUTAGE_PORTS)[number];

/**
 * Trouble that an {@link Outage} makes. `unavailable`: the call fails. `throttled`: it is refused for its rate. `denied`: it is refused for
 * want of a permission, as for minutes after a deployment. `slow`: it is executed, and its answer takes time on the world's clock; a function
 * whose time is over by then has ended.
 */
export type OutageKind = 'unavailable' | 'throttled' | 'denied' | 'slow';

/** Time for which calls of one port are in trouble. */
export interface Outage {
  /** Port whose calls are in trouble. */
  readonly port: OutagePort;
  /** Time from now until it begins. @defaultValue it begins at once */
  readonly from?: Duration;
  /** Time that it lasts, on the world's clock. */
  readonly for: Duration;
  /** Trouble that it makes. @defaultValue 'unavailable' */
  readonly kind?: OutageKind;
  /** Share of the calls that it strikes, 0 to 1, by the seed. @defaultValue 1 */
  readonly share?: number;
  /** Agent, client or platform function (`dispatcher`, `starter` ...) whose calls it strikes. @defaultValue everybody's */
  readonly who?: string;
  /** Time that a call takes of which the trouble is `slow`. @defaultValue '5 seconds' */
  readonly takes?: Duration;
}

/** One call in trouble. */
export type CallTrouble =
  | { readonly kind: Exclude<OutageKind, 'slow'>; readonly port: OutagePort }
  | { readonly kind: 'slow'; readonly port: OutagePort; readonly ms: number };

interface Planned {
  readonly port: OutagePort;
  readonly kind: OutageKind;
  readonly share: number;
  readonly who: string | undefined;
  readonly takesMs: number;
  readonly begins: number;
  readonly ends: number;
}

const KINDS: readonly OutageKind[] = ['unavailable', 'throttled', 'denied', 'slow'];

/** Outages of a plan, by the world's clock. */
export class Outages {
  #planned: readonly Planned[] = [];

  /** @throws LanewayError INVALID_OPTION, INVALID_DURATION */
  add(outage: Outage, now: number): void {
    const { port, kind = 'unavailable', share = 1, who, takes = '5 seconds' } = outage;
    if (!OUTAGE_PORTS.includes(port))
      throw unknownName('INVALID_OPTION', `an outage of '${String(port)}'`, String(port), OUTAGE_PORTS, 'ports');
    if (!KINDS.includes(kind))
      throw unknownName('INVALID_OPTION', `an outage that is '${String(kind)}'`, String(kind), KINDS, 'kinds');
    if (!(share >= 0 && share <= 1))
      throw new LanewayError('INVALID_OPTION', `an outage strikes a share of ${share}`, { help: ['allowed: 0 to 1'] });
    const begins = now + (outage.from === undefined ? 0 : milliseconds(outage.from));
    const ends = begins + milliseconds(outage.for);
    this.#planned = [...this.#planned, { port, kind, share, who, takesMs: milliseconds(takes), begins, ends }];
  }

  clear(): void {
    this.#planned = [];
  }

  /** True when calls may take time. */
  get isSlow(): boolean {
    return this.#planned.some(({ kind }) => kind === 'slow');
  }

  /** Instant at which the last one is over, milliseconds since 1970; undefined without any. */
  get over(): number | undefined {
    return this.#planned.length === 0 ? undefined : Math.max(...this.#planned.map(({ ends }) => ends));
  }

  /** The trouble that a call of a port is in; undefined for none. */
  strike(port: OutagePort, who: string, now: number, random: () => number): CallTrouble | undefined {
    for (const one of this.#planned) {
      if (one.port !== port || now < one.begins || now >= one.ends) continue;
      if (one.who !== undefined && one.who !== who) continue;
      if (one.share < 1 && random() >= one.share) continue;
      return one.kind === 'slow' ? { kind: 'slow', port, ms: one.takesMs } : { kind: one.kind, port };
    }
    return undefined;
  }
}
