import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWithWorkflows } from '../../cli/context/deployed-workflows.js';
import type { LedgerEntry } from '../../shared/domain/evidence/conversation.js';
import { rebuildMessages } from '../../shared/domain/evidence/rebuild-messages.js';
import { inspectExecution } from '../../shared/operator/workflows/inspect-execution.js';
import { startExecution, stopExecution, type StartedByHand } from '../../shared/operator/workflows/start-execution.js';
import type { WorkflowServices } from '../../shared/operator/workflows/workflow-services.js';
import { deployed, eventually, type Deployed } from '../kit/stands/deployed.js';
import { travel } from '../kit/applications/trip-topology.js';

const witnessFile = join(mkdtempSync(join(tmpdir(), 'laneway-')), 'witness');
/** The agency's deeds for a trip, in order. */
const witnessed = (trip: string): string[] =>
  readFileSync(witnessFile, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${trip}: `))
    .map((line) => line.slice(trip.length + 2));

const TRIPS = {
  failing: { workflow: 'book-trip', trip: 't1,refuse book car' },
  stubborn: { workflow: 'book-trip', trip: 't2,refuse book car,refuse cancel flight' },
  pondering: { workflow: 'ponder-trip', trip: 't3' },
  hasty: { workflow: 'hasty-trip', trip: 't4,put off flight' },
} as const;
const actor = { by: 'ann', why: 'to see it undone' };
/** A function that a busy machine ended at its first call is called again after three minutes. */
const WITHIN_MS = 600_000;
let app: Deployed;
let services: WorkflowServices;
/** All at once: each mostly waits. */
let begun: Readonly<Record<keyof typeof TRIPS, StartedByHand>>;

beforeAll(async () => {
  writeFileSync(witnessFile, '');
  app = await deployed('travel', {
    app: 'node --conditions=laneway-source --import tsx test/kit/applications/trips/app.ts',
    context: { 'trips:witness': witnessFile },
  });
  services = await openWithWorkflows(travel);
  const start = ({ workflow, trip }: (typeof TRIPS)[keyof typeof TRIPS]) =>
    startExecution(workflow, { data: { trip, travellers: [] } }, actor, services);
  begun = {
    failing: await start(TRIPS.failing),
    stubborn: await start(TRIPS.stubborn),
    pondering: await start(TRIPS.pondering),
    hasty: await start(TRIPS.hasty),
  };
});

const messagesOf = (entries: readonly LedgerEntry[]) =>
  [...rebuildMessages(entries, travel.name).values()].map(({ envelope }) => envelope);

/** Payloads of `WorkflowCompensated`, that of most steps last. */
function toldIn(entries: readonly LedgerEntry[]): { undone: readonly string[]; notUndone: readonly string[] }[] {
  const told = messagesOf(entries).filter(({ type }) => type === 'WorkflowCompensated');
  const all = told.map(({ data }) => data as { undone: string[]; notUndone: string[] });
  return all
    .map(({ undone, notUndone }) => ({ undone, notUndone }))
    .sort((a, b) => a.undone.length + a.notUndone.length - b.undone.length - b.notUndone.length);
}

/** The conversation when everything is undone and nothing moves any more. */
function compensated(conversation: string, steps: number): Promise<readonly LedgerEntry[]> {
  const isDone: Parameters<typeof app.until>[1] = (entries, { atRest }) => {
    const last = toldIn(entries).at(-1);
    return atRest && last !== undefined && last.undone.length + last.notUndone.length === steps;
  };
  return app.until(conversation, isDone, WITHIN_MS);
}

function requestsIn(entries: readonly LedgerEntry[]): string[] {
  const requests = entries.flatMap((entry) => (entry.kind === 'request' ? [entry.request] : []));
  return requests.map(({ type, state }) => `${type} ${state}`).sort();
}

const bookings = ['book hotel', 'book flight'];

test(
  'the third step fails for good: the first two are undone in reverse, and nothing else is sent',
  async () => {
    const { trip } = TRIPS.failing;
    const { conversation } = begun.failing;
    const entries = await compensated(conversation, 2);
    expect(witnessed(trip)).toEqual([...bookings, 'cancel flight', 'cancel hotel']);
    expect(requestsIn(entries)).toEqual([
      ...['Book failed', 'Book replied', 'Book replied'],
      ...['Cancel replied', 'Cancel replied'],
    ]);
    expect(toldIn(entries)).toEqual([{ undone: ['flight', 'hotel'], notUndone: [] }]);
    const sent = messagesOf(entries).map(({ type, data }) => {
      const { what, booking } = (type === 'Book' || type === 'Cancel' ? data : {}) as {
        what?: string;
        booking?: string;
      };
      return [type, what, booking].filter(Boolean).join(' ');
    });
    expect(sent.sort()).toEqual([
      ...['Book car', 'Book flight', 'Book hotel', 'Booked', 'Booked'],
      ...[`Cancel flight ${trip}-flight`, `Cancel hotel ${trip}-hotel`, 'Cancelled', 'Cancelled'],
      ...['ErrorReported', 'RequestFailed'],
      ...['WorkflowCompensated', 'WorkflowCompleted', 'WorkflowRequested', 'WorkflowStarted'],
    ]);
    const letters = entries.flatMap((entry) => (entry.kind === 'dead-letter' ? [entry.deadLetter.reason] : []));
    expect(letters).toEqual(['permanent']);
  },
  2 * WITHIN_MS,
);

test(
  'an undoing that fails is named, and the other step is undone',
  async () => {
    const { trip } = TRIPS.stubborn;
    const { conversation } = begun.stubborn;
    const entries = await compensated(conversation, 2);
    expect(witnessed(trip)).toEqual([...bookings, 'cancel hotel']);
    expect(toldIn(entries)).toEqual([{ undone: ['hotel'], notUndone: ['flight'] }]);
  },
  2 * WITHIN_MS,
);

test(
  'a stopped execution undoes what was done',
  async () => {
    const { trip } = TRIPS.pondering;
    const { execution, conversation } = begun.pondering;
    await eventually('the pause', async () => {
      if (!(await services.executions.find('ponder-trip', execution))) return undefined;
      const { steps } = await inspectExecution(execution, services);
      return steps.find(({ step, state }) => step === 'think' && state === 'waiting');
    });
    await stopExecution(execution, actor, services);
    const entries = await compensated(conversation, 2);
    expect(witnessed(trip)).toEqual([...bookings, 'cancel flight', 'cancel hotel']);
    expect(toldIn(entries)).toEqual([{ undone: ['flight', 'hotel'], notUndone: [] }]);
    expect(await inspectExecution(execution, services)).toMatchObject({ status: 'aborted' });
  },
  2 * WITHIN_MS,
);

test(
  'a request that timed out: what its late reply tells of is undone as well',
  async () => {
    const { trip } = TRIPS.hasty;
    const { conversation } = begun.hasty;
    await compensated(conversation, 1);
    expect(witnessed(trip)).toEqual([...bookings, 'cancel hotel']);
    const confirming = 't5,confirm t4 flight';
    const well = await startExecution('book-trip', { data: { trip: confirming, travellers: [] } }, actor, services);
    const entries = await compensated(conversation, 2);
    expect(witnessed(trip)).toEqual([...bookings, 'cancel hotel', 'cancel flight']);
    expect(toldIn(entries)).toEqual([
      { undone: ['hotel'], notUndone: [] },
      { undone: ['flight', 'hotel'], notUndone: [] },
    ]);
    expect(requestsIn(entries)).toEqual([
      ...['Book late', 'Book replied', 'Book timed-out'],
      ...['Cancel replied', 'Cancel replied'],
    ]);
    // What ends well is left as it is.
    const others = await app.until(well.conversation, (found, { atRest }) => {
      return atRest && messagesOf(found).some(({ type }) => type === 'WorkflowCompleted');
    });
    expect(toldIn(others)).toEqual([]);
    expect(witnessed(confirming)).toEqual([...bookings, 'book car']);
  },
  2 * WITHIN_MS,
);
