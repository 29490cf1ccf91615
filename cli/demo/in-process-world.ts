import { defined } from '../../shared/domain/base/defined.js';
import { customerEngagement } from '../../functions/vehicle-maintenance/customer-engagement/agent.js';
import { sampleDirectory } from '../../functions/vehicle-maintenance/customer-engagement/customer-directory.js';
import { memoryOutreach } from '../../functions/vehicle-maintenance/customer-engagement/outreach-store.js';
import { memorySenders } from '../../functions/vehicle-maintenance/customer-engagement/senders.js';
import { dataAnalysis } from '../../functions/vehicle-maintenance/data-analysis/agent.js';
import { memoryHistory } from '../../functions/vehicle-maintenance/data-analysis/history-store.js';
import { SAMPLE_PRICES } from '../../functions/vehicle-maintenance/price-list.js';
import { masterOrchestrator } from '../../functions/vehicle-maintenance/master-orchestrator/agent.js';
import { memoryCases } from '../../functions/vehicle-maintenance/master-orchestrator/case-store.js';
import { memoryFeedback } from '../../functions/vehicle-maintenance/master-orchestrator/feedback-store.js';
import { CustomerResponded, VehicleTelemetryReported } from '../../functions/vehicle-maintenance/messages.js';
import { scheduling } from '../../functions/vehicle-maintenance/scheduling/agent.js';
import { memorySlots } from '../../functions/vehicle-maintenance/scheduling/memory-slots.js';
import { SAMPLE_CENTRES } from '../../functions/vehicle-maintenance/scheduling/service-centre.js';
import { vehicles } from '../../functions/vehicle-maintenance/topology.js';
import { COST_APPROVERS } from '../../functions/vehicle-maintenance/workflows/maintenance.js';
import { vehicleWorkflows } from '../../functions/vehicle-maintenance/workflows/vehicle-workflows.js';
import { milliseconds, type Duration } from '../../shared/domain/base/duration.js';
import { harnessOver, type Harness } from '../../shared/testing/harness/harness.js';
import { HarnessWorld } from '../../shared/testing/harness/harness-world.js';
import type { MemoryQueue } from '../../shared/testing/memory/memory-queue.js';
import { seededRandom } from '../../shared/testing/memory/seeded-random.js';
import type { QueueCounts } from '../commands/messages/read-queues.js';
import { span } from '../render/time.js';
import type { DemoWorld } from './demo-world.js';
import type { SentNotice, Bystanders } from './demo-bystanders.js';

/** A Wednesday, an hour before noon. Every run begins then, as free slots and quiet hours depend on the time. */
const BEGINS = Date.UTC(2026, 5, 3, 11);
/** Time of a hop, so that an effect is seen to come after its message. */
const HOP = '10 milliseconds';
const DESK = 'service@vehicles.example';

/**
 * The vehicle application in this process: its agents, its routing and its compiled workflows as they are deployed, over
 * stores and queues in memory, on a clock that moves when the demonstration lets time go by.
 */
export function inProcessWorld(respondWithin: Duration): DemoWorld {
  const senders = memorySenders();
  const slots = memorySlots({ centres: SAMPLE_CENTRES, now: () => new Date(world.clock.now()) });
  const parts = {
    topology: vehicles,
    agents: [
      masterOrchestrator.with({ cases: memoryCases(), feedback: memoryFeedback() }),
      dataAnalysis.with({ history: memoryHistory(), prices: SAMPLE_PRICES }),
      customerEngagement.with({
        ...{ directory: sampleDirectory(), outreach: memoryOutreach(), senders },
        approvers: { [COST_APPROVERS.first]: DESK, [COST_APPROVERS.then]: DESK },
      }),
      scheduling.with({ slots }),
    ],
    // The limits of infra/app.ts.
    workflows: vehicleWorkflows({ respondWithin, approveAbove: 1_500, decideWithin: '4 hours' }),
    random: seededRandom(1),
    start: BEGINS,
  };
  const world: HarnessWorld = new HarnessWorld(parts);
  const harness = harnessOver(world, parts);
  harness.faults.delay(HOP, { times: Number.POSITIVE_INFINITY });
  return {
    engine: 'in-process',
    clock: {
      now: () => world.clock.now(),
      pause: (ms) => harness.advance(`${Math.max(1, Math.round(ms))} milliseconds`),
    },
    reader: { conversation: (id) => world.ledger.conversation(id) },
    bystanders: bystandersOfHarness(harness, senders),
    report: async (telemetry, priority) => {
      const options = { as: 'telemetry-gateway', ...defined({ priority }) };
      return (await harness.publish(VehicleTelemetryReported, telemetry, options)).correlationId;
    },
    queues: () => Promise.resolve(queuesOf(world)),
    remarks: () => {
      const lasted = span(world.clock.now() - BEGINS);
      return [
        'In process: the agents, the routing and the compiled workflows ran in memory, without an engine.',
        `Times are of its own clock, which began at ${new Date(BEGINS).toISOString()} and moved on by ${lasted}. A hop takes ${span(milliseconds(HOP))}`,
        'of it and a handler none: only timers take as long as they would. Left out: permissions (IAM), and the',
        'real SQS, EventBridge, DynamoDB and Step Functions. With those: npm run demo -- --engine local',
      ];
    },
  };
}

/** The outside of the application in a harness, whose senders keep what was sent. */
function bystandersOfHarness(harness: Harness, { mail, text }: ReturnType<typeof memorySenders>): Bystanders {
  return {
    notices: () => {
      const mails = mail.sent.map((one): SentNotice => ({ ...one, id: `mail ${one.effectKey}`, to: [one.to] }));
      const texts = text.sent.map((one): SentNotice => ({ ...one, id: `text ${one.effectKey}` }));
      return Promise.resolve([...mails, ...texts]);
    },
    accept: (reference, correlationId) => {
      const options = { as: 'customer-portal', correlationId };
      return harness.publish(CustomerResponded, { reference, answer: 'accept' }, options);
    },
    waitingFor: async (approval) =>
      (await harness.approvals()).find(({ requestId }) => requestId === approval)?.correlationId,
    approve: (approval, actor) => harness.decide(approval, 'approved', actor),
  };
}

function queuesOf({ lanes }: HarnessWorld): QueueCounts[] {
  return Object.values(vehicles.model.agents).flatMap(({ id: owner }): QueueCounts[] => {
    const deadQueue = lanes.deadLetters(owner);
    return [
      ...[...lanes.lanes(owner)].map(([queue, copies]) => ({ owner, queue, kind: 'lane' as const, ...counts(copies) })),
      ...(deadQueue ? [{ owner, queue: 'dead letters', kind: 'dead-letters' as const, ...counts(deadQueue) }] : []),
    ];
  });
}

/** A queue in memory does not tell copies that are put off from received ones: both are in flight. */
const counts = ({ depth, size }: MemoryQueue) => ({ depth, inFlight: size - depth, delayed: 0 });
