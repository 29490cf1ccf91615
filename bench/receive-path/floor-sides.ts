import { randomUUID } from 'node:crypto';
import { deliveryKeyOf, factsOf } from '../../shared/domain/delivery/delivery.js';
import { leaseOwner } from '../../shared/domain/delivery/lease-owner.js';
import type { Envelope } from '../../shared/domain/wire/envelope.js';
import { MemoryDeliveries } from '../../shared/testing/memory/memory-deliveries.js';
import { MemoryLedger } from '../../shared/testing/memory/memory-ledger.js';
import { MemoryPayloads } from '../../shared/testing/memory/memory-payloads.js';
import { judgeReading, TERMS, type DeviceReading, type JudgedReading } from './job.js';
import type { MeasuredSide } from './measure.js';

/** The least that anybody pays: each body is parsed, and one number of it is read. */
export function parseSide(): MeasuredSide {
  let hops = 0;
  return {
    receive({ Records: records }) {
      for (const { body } of records) hops += envelopeIn(body).hops;
      return Promise.resolve(Number.isNaN(hops) ? ['no number'] : []);
    },
  };
}

/** The least that Laneway pays: a bare loop of parse, lease, work and outcome in the same stores, with no check at all. */
export function storesSide(): MeasuredSide {
  const deliveries = new MemoryDeliveries(new MemoryLedger(new MemoryPayloads()));
  const handled: JudgedReading[] = [];
  const process = randomUUID();
  let leases = 0;
  return {
    async receive({ Records: records }) {
      const now = Date.now();
      for (const { body, messageId: copy } of records) {
        const envelope = envelopeIn(body);
        const key = deliveryKeyOf(envelope, TERMS.receiver);
        const owner = leaseOwner(process, ++leases);
        await deliveries.lease(key, factsOf(envelope), { owner, now, until: now + 60_000, alone: false });
        handled.push(judgeReading(envelope.id, envelope.data as DeviceReading));
        await deliveries.settle(key, owner, { state: 'completed', copy, at: now, emissions: [] });
      }
      return [];
    },
  };
}

function envelopeIn(body: string): Envelope {
  return (JSON.parse(body) as { readonly detail: Envelope }).detail;
}
