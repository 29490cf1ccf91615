import { createHarness, type Harness } from 'laneway/testing';
import { customerEngagement } from '../../functions/vehicle-maintenance/customer-engagement/agent.js';
import { sampleDirectory } from '../../functions/vehicle-maintenance/customer-engagement/customer-directory.js';
import { memoryOutreach } from '../../functions/vehicle-maintenance/customer-engagement/outreach-store.js';
import { parseReplyReference } from '../../functions/vehicle-maintenance/customer-engagement/reply-reference.js';
import { memorySenders } from '../../functions/vehicle-maintenance/customer-engagement/senders.js';
import { dataAnalysis } from '../../functions/vehicle-maintenance/data-analysis/agent.js';
import { memoryHistory } from '../../functions/vehicle-maintenance/data-analysis/history-store.js';
import { masterOrchestrator } from '../../functions/vehicle-maintenance/master-orchestrator/agent.js';
import { memoryCases } from '../../functions/vehicle-maintenance/master-orchestrator/case-store.js';
import { memoryFeedback } from '../../functions/vehicle-maintenance/master-orchestrator/feedback-store.js';
import { CustomerResponded, VehicleTelemetryReported } from '../../functions/vehicle-maintenance/messages.js';
import { scheduling } from '../../functions/vehicle-maintenance/scheduling/agent.js';
import { memorySlots } from '../../functions/vehicle-maintenance/scheduling/memory-slots.js';
import { SAMPLE_CENTRES } from '../../functions/vehicle-maintenance/scheduling/service-centre.js';
import { vehicles } from '../../functions/vehicle-maintenance/topology.js';
import { maintenance } from '../../functions/vehicle-maintenance/workflows/maintenance.js';
import { reading, VIN } from '../unit/vehicle-maintenance/readings.js';

export { VehicleTelemetryReported };

/** A vehicle that is too hot. */
export const hot = {
  vin: VIN,
  readings: [reading({ rpm: 1_500, oilPressureBar: 3.6, coolantTempC: 108, oilTempC: 96 })],
};

/** The vehicle application in the harness, with its agents over stores in memory. */
export function fleet(): { world: Harness; answer: (choice: 'accept' | 'decline') => Promise<unknown> } {
  const senders = memorySenders();
  const world: Harness = createHarness(vehicles, {
    start: Date.UTC(2026, 5, 3, 11),
    agents: [
      masterOrchestrator.with({ cases: memoryCases(), feedback: memoryFeedback() }),
      dataAnalysis.with({ history: memoryHistory() }),
      customerEngagement.with({ directory: sampleDirectory(), outreach: memoryOutreach(), senders }),
      scheduling.with({ slots: memorySlots({ centres: SAMPLE_CENTRES, now: () => world.now() }) }),
    ],
    workflows: [maintenance({ respondWithin: '1 hour' })],
  });
  const answer = async (choice: 'accept' | 'decline') => {
    const notice = [...senders.mail.sent, ...senders.text.sent].at(-1)?.text ?? '';
    const { reference } = parseReplyReference(notice) ?? {};
    if (reference === undefined) throw new Error(`no reference in ${JSON.stringify(notice)}`);
    return world.publish(CustomerResponded, { reference, answer: choice });
  };
  return { world, answer };
}
