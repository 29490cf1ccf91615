import { createHarness, type Harness } from 'laneway/testing';
import { customerEngagement } from '../../../functions/vehicle-maintenance/customer-engagement/agent.js';
import { sampleDirectory } from '../../../functions/vehicle-maintenance/customer-engagement/customer-directory.js';
import { memoryOutreach } from '../../../functions/vehicle-maintenance/customer-engagement/outreach-store.js';
import { parseReplyReference } from '../../../functions/vehicle-maintenance/customer-engagement/reply-reference.js';
import { memorySenders, type Mail } from '../../../functions/vehicle-maintenance/customer-engagement/senders.js';
import { dataAnalysis } from '../../../functions/vehicle-maintenance/data-analysis/agent.js';
import { memoryHistory } from '../../../functions/vehicle-maintenance/data-analysis/history-store.js';
import { SAMPLE_PRICES } from '../../../functions/vehicle-maintenance/price-list.js';
import { masterOrchestrator } from '../../../functions/vehicle-maintenance/master-orchestrator/agent.js';
import { memoryCases } from '../../../functions/vehicle-maintenance/master-orchestrator/case-store.js';
import { memoryFeedback } from '../../../functions/vehicle-maintenance/master-orchestrator/feedback-store.js';
import { CustomerResponded, VehicleTelemetryReported } from '../../../functions/vehicle-maintenance/messages.js';
import { scheduling } from '../../../functions/vehicle-maintenance/scheduling/agent.js';
import { memorySlots } from '../../../functions/vehicle-maintenance/scheduling/memory-slots.js';
import { SAMPLE_CENTRES } from '../../../functions/vehicle-maintenance/scheduling/service-centre.js';
import type { Booking, SlotBook } from '../../../functions/vehicle-maintenance/scheduling/slot-book.js';
import { vehicles } from '../../../functions/vehicle-maintenance/topology.js';
import { vehicleWorkflows } from '../../../functions/vehicle-maintenance/workflows/vehicle-workflows.js';
import { reading, VIN } from '../generators/readings.js';

export { VehicleTelemetryReported };

/** A vehicle that is too hot. */
export const hot = {
  vin: VIN,
  readings: [reading({ rpm: 1_500, oilPressureBar: 3.6, coolantTempC: 108, oilTempC: 96 })],
};

/** A vehicle without oil pressure. */
export const dry = { vin: VIN, readings: [reading({ rpm: 2_400, oilPressureBar: 0.4 })] };

/** Differences from the application as it is. */
export interface FleetOptions {
  readonly seed?: number;
  /** Cost above which a repair is approved first. @defaultValue 1500: what `dry` needs costs more, what `hot` needs less */
  readonly approveAbove?: number;
  /** Wraps the book of the scheduling agent. */
  readonly slots?: (book: SlotBook) => SlotBook;
  /** Sender of mails in place of the senders in memory. */
  readonly sendMail?: (mail: Mail) => Promise<{ messageId: string }>;
}

/** The vehicle application in the harness, as it runs in a test. */
export interface Fleet {
  readonly world: Harness;
  /** Answers what the customer was told last. */
  readonly answer: (choice: 'accept' | 'decline') => Promise<unknown>;
  readonly senders: ReturnType<typeof memorySenders>;
  readonly bookings: () => readonly Booking[];
}

/** The vehicle application in the harness, with its agents over stores in memory. */
export function fleet(options: FleetOptions = {}): Fleet {
  const { seed = 1, approveAbove = 1_500, slots = (book: SlotBook) => book, sendMail } = options;
  const senders = memorySenders();
  const book = memorySlots({ centres: SAMPLE_CENTRES, now: () => world.now() });
  const mail = sendMail ? { send: sendMail } : senders.mail;
  const world: Harness = createHarness(vehicles, {
    ...{ seed, start: Date.UTC(2026, 5, 3, 11) },
    agents: [
      masterOrchestrator.with({ cases: memoryCases(), feedback: memoryFeedback() }),
      dataAnalysis.with({ history: memoryHistory(), prices: SAMPLE_PRICES }),
      customerEngagement.with({
        ...{ directory: sampleDirectory(), outreach: memoryOutreach(), senders: { mail, text: senders.text } },
        approvers: { 'service desk': 'desk@fleet.example', 'fleet management': 'management@fleet.example' },
      }),
      scheduling.with({ slots: slots(book) }),
    ],
    workflows: vehicleWorkflows({ respondWithin: '1 hour', approveAbove, decideWithin: '30 minutes' }),
  });
  const answer = async (choice: 'accept' | 'decline') => {
    const notices = [...senders.mail.sent, ...senders.text.sent].flatMap(({ text }) => parseReplyReference(text) ?? []);
    const reference = notices.at(-1)?.reference;
    if (reference === undefined) throw new Error('the customer was told nothing');
    return world.publish(CustomerResponded, { reference, answer: choice });
  };
  return { world, answer, senders, bookings: book.bookings };
}
