import { createAgent } from 'laneway/agent';
import { isSettled } from '../../../shared/domain/delivery/delivery.js';
import type { DeadLetter } from '../../../shared/domain/delivery/dead-letter.js';
import type { Envelope } from '../../../shared/domain/wire/envelope.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { agentStand } from './agent-stand.js';
import { badBodies, fuzzBody, type Material, type Random } from '../generators/fuzz-bodies.js';
import { parcels } from '../applications/parcel-topology.js';

/** Fates of the inputs of one run. Every input is in exactly one of `deadLetters`, `acknowledged` and `returned`. */
export interface FuzzResult {
  readonly inputs: number;
  /** Acknowledged with a dead letter that says why and holds what was received. */
  readonly deadLetters: number;
  /** Acknowledged with an outcome in the ledger, or as the agent's own event. */
  readonly acknowledged: number;
  /** Still going back to the lane at the third reception. */
  readonly returned: number;
  /** Each says what was broken, and by which input. */
  readonly violations: readonly string[];
}

/** Inputs that meet in one lane and one ledger. */
const PER_STAND = 50;
/** Good messages among them, which must be handled once each whatever their neighbours are. */
const GOOD_PER_STAND = 10;
/** Longer than any backoff, lease or visibility of the stand. */
const LATER_MS = 3_600_000 - 1;

/**
 * Sends the corpus of bad inputs and as many generated ones as make `count` through the receive path of an agent, good
 * messages among them. Nothing may be thrown, nothing acknowledged without an outcome or a dead letter with its reason, and
 * no good message lost or handled twice.
 */
export async function runFuzz(seed: number, count: number): Promise<FuzzResult> {
  const random = seededRandom(seed);
  const total = { inputs: 0, deadLetters: 0, acknowledged: 0, returned: 0 };
  const violations: string[] = [];
  let corpus: readonly string[] | undefined;
  while (total.inputs < count) {
    const stand = fuzzStand(total.inputs);
    corpus ??= badBodies(stand.material);
    const wanted = Math.min(PER_STAND, count - total.inputs);
    const bodies = Array.from(
      { length: wanted },
      (_, at) => corpus?.[total.inputs + at] ?? fuzzBody(random, stand.material),
    );
    const found = await stand.run(bodies, random);
    total.inputs += wanted;
    total.deadLetters += found.deadLetters;
    total.acknowledged += found.acknowledged;
    total.returned += found.returned;
    violations.push(...found.violations);
  }
  return { ...total, violations };
}

function fuzzStand(from: number) {
  const handled = new Map<string, number>();
  const note = ({ id }: { readonly id: string }): void => void handled.set(id, (handled.get(id) ?? 0) + 1);
  const desk = createAgent(parcels, 'desk').handle({ ParcelArrived: note, ParcelWeighed: note });
  const stand = agentStand(desk.with({}));
  let next = from;
  const fresh = (): Envelope => {
    const at = next++;
    const more = { id: `message-${at}`, correlationid: `conversation-${at}` };
    if (at % 3 > 0) return stand.envelope('ParcelArrived', { parcel: `p-${at}`, note: 'fragile' }, more);
    const old = at % 2 === 0;
    const source = 'laneway.parcels.agent.scales';
    const data = old ? { parcel: `p-${at}`, kilograms: 2.5 } : { parcel: `p-${at}`, grams: 2_500 };
    return stand.envelope('ParcelWeighed', data, {
      ...{ ...more, source },
      dataschema: `urn:laneway:ParcelWeighed:${old ? 1 : 2}`,
    });
  };
  const material: Material = {
    good: fresh,
    wrap: (detail, vouched = {}) => {
      const { source, type } = (detail ?? {}) as Partial<Envelope>;
      const own = { source: 'source' in vouched ? vouched.source : source, type: vouched.type ?? type };
      return JSON.stringify({ id: 'event', source: own.source, 'detail-type': own.type, detail });
    },
  };

  const run = async (inputs: readonly string[], random: Random): Promise<FuzzResult> => {
    const violations: string[] = [];
    const bodies = new Map<string, string>();
    const good = Array.from({ length: GOOD_PER_STAND }, fresh);
    const every = Math.ceil(inputs.length / GOOD_PER_STAND);
    for (const [at, body] of inputs.entries()) {
      bodies.set(stand.lane.send(body), body);
      const one = at % every === 0 ? good[at / every] : undefined;
      if (one) stand.deliver(one);
      // Some come twice, in one batch or in two.
      if (one && random() < 0.3) stand.deliver(one);
    }
    const again = await receiveAll(stand, violations);
    const letters = new Map<string, DeadLetter>();
    for (let some = stand.letters(); some.length > 0; some = stand.letters())
      for (const letter of some) letters.set(letter.copy, letter);

    let deadLetters = 0;
    let returned = 0;
    for (const [copy, body] of bodies) {
      const letter = letters.get(copy);
      if (again.has(copy)) returned++;
      else if (letter) deadLetters++;
      if (again.has(copy)) continue;
      if (letter) violations.push(...faultsOf(letter, body, stand.payloads.texts));
      else if (!(await hasOutcome(stand, body)))
        violations.push(`acknowledged with neither outcome nor dead letter: ${shown(body)}`);
    }
    for (const { id } of good.slice(0, Math.ceil(inputs.length / every)))
      if (handled.get(id) !== 1) violations.push(`the good message ${id} was handled ${handled.get(id) ?? 0} times`);
    for (const [id, times] of handled) if (times > 1) violations.push(`${id} was handled ${times} times`);
    const acknowledged = bodies.size - deadLetters - returned;
    return { inputs: bodies.size, deadLetters, acknowledged, returned, violations };
  };
  return { material, run };
}

type Stand = ReturnType<typeof agentStand>;

/** Receives until nothing is left, or for the third time. @returns the copies that still went back then */
async function receiveAll(stand: Stand, violations: string[]): Promise<ReadonlySet<string>> {
  let back = new Set<string>();
  for (let round = 1; round <= 3 && stand.lane.size > 0; round++) {
    back = new Set();
    while (stand.lane.depth > 0) {
      try {
        for (const copy of await stand.receive()) back.add(copy);
      } catch (error) {
        violations.push(`thrown: ${String(error)}`);
      }
    }
    // What went back comes again; the clock moves no further than that, or the rest would expire.
    const at = stand.lane.nextVisibleAt;
    if (at !== undefined && at - stand.clock.now() < LATER_MS) stand.clock.advanceTo(at);
  }
  return back;
}

function faultsOf(letter: DeadLetter, body: string, payloads: ReadonlyMap<string, string>): string[] {
  const held = letter.bodyRef === undefined ? letter.body : payloads.get(letter.bodyRef);
  const faults: string[] = [];
  // What is not well-formed Unicode cannot travel through SQS, and JSON has an escape for it: compared as JSON.
  if (JSON.stringify(held) !== JSON.stringify(body))
    faults.push(`a dead letter does not hold what came: ${shown(body)}`);
  if (letter.reason.length === 0 || letter.error.message.length === 0) faults.push(`no reason: ${shown(body)}`);
  if (letter.error.retryable) faults.push(`dead, though a retry may help (${letter.error.code}): ${shown(body)}`);
  return faults;
}

/** Reads the body anew, and not by the code under test: whose delivery is it, and has it an outcome? */
async function hasOutcome(stand: Stand, body: string): Promise<boolean> {
  let event: Record<string, unknown> | null;
  try {
    event = JSON.parse(body) as Record<string, unknown> | null;
  } catch {
    return false;
  }
  const detail = (event && 'detail' in event ? event['detail'] : event) as Record<string, unknown> | null;
  if (!event || typeof detail !== 'object' || detail === null) return false;
  const own = 'laneway.parcels.agent.desk';
  const ownEvent = event['source'] === own && detail['source'] === own && event['detail-type'] === detail['type'];
  if (ownEvent && detail['receiver'] === undefined) return true;
  const [record] = await stand.deliveries.ofMessage({
    correlationId: String(detail['correlationid']),
    messageId: String(detail['id']),
    receiver: 'desk',
  });
  return record !== undefined && isSettled(record.state);
}

const shown = (body: string): string => JSON.stringify(body.length > 300 ? `${body.slice(0, 300)}...` : body);
