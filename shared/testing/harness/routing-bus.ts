import type { Envelope } from '../../domain/wire/envelope.js';
import { ruleMatcher } from '../../domain/wire/event-pattern.js';
import { newId } from '../../domain/base/ids.js';
import type { Clock } from '../../domain/base/clock.js';
import type { MessageBus, SendResult } from '../../domain/wire/message-bus.js';
import type { RoutedQueue, RoutingRule, RuleTarget } from '../../topology/rules.js';
import type { FaultPlan } from './fault-plan.js';
import type { MemoryLanes } from '../memory/memory-lanes.js';
import type { MemoryQueue } from '../memory/memory-queue.js';

/** An event on the bus, as a rule matches it and a queue receives it. */
export interface BusEvent {
  readonly id: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly time: string;
  readonly detail: unknown;
}

/** The bus in memory with the rules of the infrastructure: each copy goes where EventBridge would send it. */
export class RoutingBus implements MessageBus {
  /** Everything that was published, in order, if it is kept. */
  readonly published: Envelope[] = [];
  readonly #matching: (event: BusEvent) => readonly RoutingRule[];

  constructor(
    private readonly clock: Clock,
    rules: readonly RoutingRule[],
    private readonly lanes: MemoryLanes,
    private readonly queues: Readonly<Record<RoutedQueue, MemoryQueue>>,
    private readonly faults: FaultPlan,
    private readonly keepsPublished = true,
  ) {
    this.#matching = ruleMatcher(rules);
  }

  async publish(envelopes: readonly Envelope[]): Promise<readonly SendResult[]> {
    for (const envelope of envelopes) {
      if (this.keepsPublished) this.published.push(JSON.parse(JSON.stringify(envelope)) as Envelope);
      const { source, type } = envelope;
      const time = new Date(this.clock.now()).toISOString();
      this.put({ id: newId(), source, 'detail-type': type, time, detail: envelope });
    }
    return Promise.resolve(envelopes.map(() => ({ ok: true })));
  }

  /** Puts an event on the bus, of Laneway or of another system. Its targets get it as text. */
  put(event: BusEvent): void {
    const text = JSON.stringify({ version: '0', ...event });
    // Rules match what goes over the wire, in which nothing is undefined.
    const sent = JSON.parse(text) as BusEvent;
    for (const target of this.#matching(sent).flatMap((rule) => rule.targets)) this.#deliver(sent, text, target);
  }

  #deliver(event: BusEvent, text: string, target: RuleTarget): void {
    const queue =
      target.kind === 'lane' ? this.lanes.queue(target.agent, target.priority, false) : this.queues[target.queue];
    const receiver = target.kind === 'lane' ? target.agent : target.queue;
    const { data } = (event.detail ?? {}) as { readonly data?: unknown };
    for (const delay of this.faults.copiesOf({ type: event['detail-type'], data }, receiver)) queue?.send(text, delay);
  }
}
