import type { Duration } from 'laneway/message';
import { OUTAGE_PORTS, type OutageKind, type OutagePort } from 'laneway/testing';
import { ASKED_EFFECTS, askLate } from '../driver/late-approval.js';
import { LATE_EFFECTS, orderFaults, undoLate } from '../driver/late-sagas.js';
import { defined } from '../../../shared/domain/base/defined.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import type { Row } from '../driver/row.js';
import { Shipping, type Trial } from '../driver/shipping.js';

const LENGTHS = ['10 minutes', '2 hours', '2 days'] as const;
const KINDS: readonly OutageKind[] = ['unavailable', 'throttled', 'denied', 'slow'];
const SEEDS = 9;
const QUICK = { together: 2, late: 3 };
const FULL = { together: 20, late: 50 };
/** Ports that no process of the application asks by itself, each with its reason: their outages are run, and need strike nothing. */
const UNASKED: Partial<Record<OutagePort, string>> = {
  agentFunctions: 'agents are looked at only where somebody hears of their status: the row registry',
  approvals: 'operators alone list approvals',
  book: 'operators alone write into it, and approvals that nobody decides',
  breakers: 'no handler here guards a call: the row breaker',
  emergencies: 'no topology here has emergencies: the row emergency',
  heldTimes: 'read for a message that looks expired, and nothing expires while this alone is away',
  executionFacts: 'status events in memory leave nothing out',
  linkSigner: 'nobody is asked here: its outages have a world of their own',
  rates: 'no limit here is exact: test/scenarios/rates',
  registry: 'as agentFunctions, and where a request moves on to another agent: those here have none',
};
/** Faults without which a port is not asked, by port. */
const ASKING: Partial<Record<OutagePort, Trial['strike']>> = {
  // Copies that can be neither handled nor put off come to the dead letter queue, untried, and go back into their lane.
  returns: ({ faults }) => {
    for (const port of ['deliveries', 'receipts'] as const) faults.outage({ port, who: 'office', for: '5 hours' });
  },
};
/** Time from the strike until the outage begins, where a port is asked only then. */
const BEGINS: Partial<Record<OutagePort, Duration>> = {
  // A hundred receipts of the office's lane.
  returns: '248 minutes',
};

type Course = Omit<Trial, 'name' | 'seed' | 'after'>;

/** Courses in which more than one thing goes wrong, or one process only has the trouble. */
const TOGETHER: Readonly<Record<string, Course>> = {
  'client-without-bus-and-store': {
    strike: ({ faults }) => {
      faults.outage({ port: 'bus', who: 'shipper', for: '10 minutes' });
      faults.outage({ port: 'deliveries', from: '1 minute', for: '9 minutes', who: 'sweeper' });
    },
  },
  'crowd-at-one-instant': {
    crowd: 45,
    strike: ({ faults }) => {
      faults.outage({ port: 'bus', who: 'shipper', for: '2 minutes' });
      faults.die('sweeper', { probability: 0.01, times: 2 });
    },
  },
  'office-dies-before-it-sends': {
    strike: ({ faults }) => faults.crash('office', 'before-emit', { probability: 1, times: 10_000 }),
    until: '8 hours',
  },
  'undoing-without-bus': {
    strike: ({ faults }) => faults.outage({ port: 'bus', who: 'workflow-events', for: '10 minutes' }),
  },
};

/** Every port in trouble for ten minutes, two hours, two days: every call or a share of them; and troubles that come together. */
export const outages: Row = {
  name: 'outages',
  title:
    'Every port in trouble (unavailable, throttled, denied, slow) for 10 minutes, 2 hours and 2 days in mid-run, and troubles together: all ends as without, by itself, one sweep after',
  engine: false,
  quick: true,
  run: async ({ seed, quick, progress, witness }) => {
    const shipping = new Shipping(witness);
    const random = seededRandom(seed * 7919);
    const after = () => `${Math.floor(random() * 25_000)} milliseconds` as const;
    for (const port of OUTAGE_PORTS) {
      let struck = 0;
      for (const length of LENGTHS) {
        for (let run = 1; run <= (quick ? 1 : SEEDS); run++) {
          const kind = run === 1 ? 'unavailable' : (KINDS[Math.floor(random() * KINDS.length)] ?? 'denied');
          const share = run % 3 === 0 ? 0.7 : 1;
          const struckOf = await shipping.run({
            name: `${port}-${length.replace(' ', '-')}-${kind}-${share}-${run}`,
            ...{ seed: seed + run, after: after(), isLarge: run % 4 === 1 },
            strike: (world) => {
              ASKING[port]?.(world);
              world.faults.outage({ port, ...defined({ from: BEGINS[port] }), for: length, kind, share });
            },
          });
          struck += struckOf(port);
        }
      }
      if (struck === 0 && UNASKED[port] === undefined)
        shipping.add(port, { wanted: 0, done: 0, faults: [`no outage of ${port} struck a call`] });
      progress(`${port}: ${struck} calls struck; failed so far: ${shipping.failed.length}`);
    }
    const { together, late } = quick ? QUICK : FULL;
    for (const [name, course] of Object.entries(TOGETHER))
      for (let run = 1; run <= together; run++)
        await shipping.run({ name: `${name}-${run}`, seed: seed + run, after: after(), ...course });
    for (const length of LENGTHS) {
      const { done, struck } = await askLate(seed, length, (what) => witness.note(`asked-${length}|${what}|`));
      const faults = struck > 0 ? [] : ['no outage of linkSigner struck a call'];
      shipping.add(`asked-${length}`, { wanted: ASKED_EFFECTS, done: done.size, faults });
    }
    for (let run = 1; run <= late; run++) {
      const done = await undoLate(seed + run, (what) => witness.note(`late-${run}|${what}|`));
      shipping.add(`late-sagas-${run}`, { wanted: LATE_EFFECTS, done: new Set(done).size, faults: orderFaults(done) });
    }
    return shipping.result(`${OUTAGE_PORTS.length} ports x ${LENGTHS.length} lengths, and troubles together`);
  },
};
