import fc from 'fast-check';
import {
  CRASH_POINTS,
  type CrashPoint,
  type Faults,
  OUTAGE_PORTS,
  type OutageKind,
  type OutagePort,
} from 'laneway/testing';
import type { Duration } from 'laneway/message';
import { works, type AgentName } from './arbitrary-workflow-topology.js';

/** Functions of the platform that may die. */
const FUNCTIONS = [
  'dispatcher',
  'replies',
  'deadlines',
  'starter',
  'workflow-events',
  'dead-letters',
  'sweeper',
  'supervisor',
] as const;
const AGENTS = Object.keys(works.agents) as AgentName[];
/** Points that functions of the platform pass. */
const EMITTING = ['before-emit', 'mid-emit', 'after-emit'] as const;
/** Types of which copies are lost or late. */
const ON_THE_WAY = [
  ...['WorkBegun', 'Fetch', 'Make', 'Judge', 'Undo', 'Fetched', 'Made', 'Judged', 'Undone', 'WordGiven'],
  ...['RequestFailed', 'ApprovalDecided', 'WorkflowRequested'],
] as const;

/** Something that goes wrong. */
export type WorkflowTrouble =
  | { readonly kind: 'lost'; readonly type: string; readonly times: number }
  | { readonly kind: 'late'; readonly type: string; readonly by: number; readonly probability: number }
  | { readonly kind: 'duplicated'; readonly copies: number; readonly probability: number }
  | { readonly kind: 'dead agent'; readonly agent: AgentName; readonly returns: boolean }
  | { readonly kind: 'agent crashes'; readonly agent: AgentName; readonly point: CrashPoint; readonly times: number }
  | {
      readonly kind: 'function crashes';
      readonly who: (typeof FUNCTIONS)[number];
      readonly point: CrashPoint | 'any call';
      readonly probability: number;
      readonly times: number;
    }
  | { readonly kind: 'store errors' | 'throttling'; readonly probability: number }
  | {
      readonly kind: 'outage';
      readonly port: OutagePort;
      readonly what: OutageKind;
      readonly share: number;
      /** Seconds that it lasts, if the window of the faults does not end before. */
      readonly lasts: number;
    }
  | {
      readonly kind: 'long outage';
      readonly port: OutagePort;
      readonly what: OutageKind;
      readonly share: number;
      /** Seconds that it lasts, also beyond the window of the other faults. */
      readonly lasts: number;
    }
  | { readonly kind: 'reordered' }
  | { readonly kind: 'timers lost' }
  | { readonly kind: 'tokens repeated' };

/** Faults of a run and their times: seconds after the start. Behind its end nothing goes wrong any more. */
export interface FaultWindow {
  readonly seed: number;
  readonly from: number;
  readonly lasts: number;
  readonly troubles: readonly WorkflowTrouble[];
}

const longOutage = fc.record({
  kind: fc.constant('long outage' as const),
  port: fc.constantFrom(...OUTAGE_PORTS),
  what: fc.constantFrom('unavailable' as const, 'throttled' as const, 'denied' as const, 'slow' as const),
  share: fc.constantFrom(0.5, 0.9, 1),
  lasts: fc.constantFrom(1_800, 7_200, 43_200, 172_800),
});

/** Fault plans of two to five troubles. @param isLong true: outages may last for days */
export function arbitraryFaults(isLong = false): fc.Arbitrary<FaultWindow> {
  const times = fc.integer({ min: 1, max: 3 });
  const chance = fc.constantFrom(0.2, 0.5, 1);
  const agent = fc.constantFrom(...AGENTS);
  const trouble: fc.Arbitrary<WorkflowTrouble> = fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .record({ kind: fc.constant('lost' as const), type: fc.constantFrom(...ON_THE_WAY), times })
        .map(once),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        ...{ kind: fc.constant('late' as const), type: fc.constantFrom(...ON_THE_WAY) },
        ...{ by: fc.constantFrom(3, 30, 90, 700), probability: chance },
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        ...{ kind: fc.constant('duplicated' as const), copies: times, probability: fc.constantFrom(0.2, 0.6) },
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('dead agent' as const), agent, returns: fc.boolean() }) },
    {
      weight: 2,
      arbitrary: fc.record({
        ...{ kind: fc.constant('agent crashes' as const), agent, point: fc.constantFrom(...CRASH_POINTS), times },
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        ...{ kind: fc.constant('function crashes' as const), who: fc.constantFrom(...FUNCTIONS) },
        point: fc.oneof(
          { weight: 3, arbitrary: fc.constant('any call' as const) },
          { weight: 1, arbitrary: fc.constantFrom(...EMITTING) },
        ),
        ...{ probability: fc.constantFrom(0.1, 0.3, 1), times: fc.integer({ min: 1, max: 4 }) },
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom('store errors' as const, 'throttling' as const),
        probability: fc.constantFrom(0.03, 0.15, 0.5, 1),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('outage' as const),
        port: fc.constantFrom(...OUTAGE_PORTS),
        what: fc.constantFrom('unavailable' as const, 'throttled' as const, 'denied' as const, 'slow' as const),
        share: fc.constantFrom(0.5, 1),
        lasts: fc.constantFrom(5, 60, 300),
      }),
    },
    { weight: isLong ? 4 : 0, arbitrary: longOutage },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reordered' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('timers lost' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('tokens repeated' as const) }) },
  );
  return fc.record({
    seed: fc.nat({ max: 1_000_000 }),
    from: fc.constantFrom(0, 0, 0, 5, 20, 60, 400),
    lasts: fc.constantFrom(20, 120, 300),
    troubles: fc.array(trouble, { minLength: 2, maxLength: 5 }),
  });
}

/** Of a message that starts a workflow the sweeper sends one more copy, and then says that it was undeliverable. */
function once<Lost extends { readonly type: string; readonly times: number }>(lost: Lost): Lost {
  return lost.type === 'WorkBegun' ? { ...lost, times: 1 } : lost;
}

/** Begins the rest of long outages when the window of the other faults is over. @param seconds time since they began */
export function strikeOn(faults: Faults, troubles: readonly WorkflowTrouble[], seconds: number): void {
  for (const trouble of troubles) if (trouble.kind === 'long outage') begin(faults, trouble, trouble.lasts - seconds);
}

function begin(
  faults: Faults,
  { port, what, share }: Pick<Extract<WorkflowTrouble, { kind: 'outage' }>, 'port' | 'what' | 'share'>,
  seconds: number,
): void {
  faults.outage({ port, kind: what, share, for: `${seconds} seconds` });
}

/** Begins what goes wrong in a harness; what is no fault of its plan is the runner's. */
export function strike(faults: Faults, troubles: readonly WorkflowTrouble[]): void {
  for (const trouble of troubles) {
    switch (trouble.kind) {
      case 'lost':
        faults.drop({ type: trouble.type, times: trouble.times });
        break;
      case 'late':
        faults.delay(`${trouble.by} seconds` satisfies Duration, {
          type: trouble.type,
          probability: trouble.probability,
        });
        break;
      case 'duplicated':
        faults.duplicate({ copies: trouble.copies, probability: trouble.probability });
        break;
      case 'dead agent':
        if (trouble.returns) faults.crash(trouble.agent, 'before-lease', { probability: 1 });
        break;
      case 'agent crashes':
        faults.crash(trouble.agent, trouble.point, { probability: 0.7, times: trouble.times });
        break;
      case 'function crashes': {
        const { who, point, probability, times } = trouble;
        if (point === 'any call') faults.die(who, { probability, times });
        else faults.crash(who, point, { probability, times });
        break;
      }
      case 'store errors':
        faults.storeErrors(trouble.probability);
        break;
      case 'throttling':
        faults.throttle(trouble.probability);
        break;
      case 'outage':
      case 'long outage':
        begin(faults, trouble, trouble.lasts);
        break;
      case 'reordered':
        faults.reorder('10 seconds');
        break;
      case 'timers lost':
      case 'tokens repeated':
    }
  }
}
