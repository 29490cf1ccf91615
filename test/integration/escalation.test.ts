import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Laneway } from 'laneway/client';
import { openDeployed } from '../../cli/context/open-deployed.js';
import { renderTree } from '../../cli/render/tree.js';
import type { LedgerEntry } from '../../shared/domain/evidence/conversation.js';
import type { RequestEntry } from '../../shared/domain/evidence/ledger-writer.js';
import { answerRequest, openRequests } from '../../shared/operator/requests/answer-request.js';
import { deployed, eventually, type Deployed } from '../kit/stands/deployed.js';
import { Ask, enquiries, EnquiryMade, OpinionWanted } from '../kit/applications/enquiry-topology.js';

const witnessFile = join(mkdtempSync(join(tmpdir(), 'laneway-')), 'witness');
const witnessed = (question: string): string[] =>
  readFileSync(witnessFile, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith(` ${question}`))
    .map((line) => line.slice(0, -question.length - 1));

let app: Deployed;
let counter: Laneway<typeof Ask | typeof EnquiryMade | typeof OpinionWanted>;

beforeAll(async () => {
  writeFileSync(witnessFile, '');
  app = await deployed('enquiries', {
    app: 'node --conditions=laneway-source --import tsx test/kit/applications/enquiries/app.ts',
    context: { 'enquiries:witness': witnessFile },
  });
  counter = await connect(enquiries, { as: 'counter' });
});

function requestsIn(entries: readonly LedgerEntry[]): RequestEntry[] {
  return entries.flatMap((entry) => (entry.kind === 'request' ? [entry.request] : []));
}

function rungsIn(entries: readonly LedgerEntry[]): string[] {
  return entries.flatMap((entry) =>
    entry.kind === 'escalation' ? [`${entry.escalation.rung} ${entry.escalation.receiver ?? ''}`.trim()] : [],
  );
}

function sent(entries: readonly LedgerEntry[], type: string) {
  return entries.flatMap((entry) =>
    entry.kind === 'message' && entry.intent.envelope.type === type ? [entry.intent.envelope] : [],
  );
}

test('an agent that sleeps past its time: RequestTimedOut, one retry, then the substitute answers; the late reply is a no-op, and the workflow completes once', async () => {
  const { correlationId } = await counter.publish(EnquiryMade, { question: 'slow-1' });
  const other = await counter.publish(OpinionWanted, { question: 'mute-1' });
  const entries = await app.until(
    correlationId,
    (found, books) =>
      books.atRest &&
      requestsIn(found).filter(({ state }) => state === 'late').length === 2 &&
      sent(found, 'WorkflowCompleted').length > 0,
  );
  expect(sent(entries, 'Ask').map(({ attempt, receiver }) => [attempt, receiver])).toEqual([
    [1, 'sage'],
    [2, 'sage'],
    [3, 'deputy'],
  ]);
  expect(witnessed('slow-1').sort()).toEqual(['deputy 3', 'sage 1', 'sage 2']);
  expect(rungsIn(entries)).toEqual(['retry sage', 'agent deputy']);
  expect(sent(entries, 'RequestTimedOut').map(({ channel, data }) => [channel, (data as { attempt: number }).attempt]))
    // Two attempts ended, the request did not.
    .toEqual([
      ['system.attempts', 1],
      ['system.attempts', 2],
    ]);
  const states = requestsIn(entries).map(({ state }) => state);
  expect(states.sort()).toEqual(['late', 'late', 'replied']);
  expect(sent(entries, 'WorkflowCompleted').map(({ data }) => data)).toMatchObject([
    { workflow: 'enquire', status: 'succeeded', result: 'answered' },
  ]);
  const tree = renderTree(entries);
  expect(tree).toMatch(/escalation of Ask: attempt 1 RequestTimedOut; retry, attempt 2: sage on enquiry\.ask/);
  expect(tree).toMatch(/escalation of Ask: attempt 2 RequestTimedOut; agent, attempt 3: deputy on enquiry\.ask/);
  expect(tree).toMatch(/request Ask: late or repeated reply, passed over/);
  // Beside it, on the same channel, a step that says itself what follows: no retry, and the deputy at once.
  const own = await app.until(other.correlationId, (found) => sent(found, 'WorkflowCompleted').length > 0);
  expect(rungsIn(own)).toEqual(['agent deputy']);
  expect(sent(own, 'Ask').map(({ attempt, receiver, escalates }) => [attempt, receiver, escalates])).toEqual([
    [1, 'sage', true],
    [2, 'deputy', undefined],
  ]);
  expect(sent(own, 'RequestTimedOut').map(({ channel }) => channel)).toEqual(['system.attempts']);
  expect(sent(own, 'WorkflowCompleted').map(({ data }) => data)).toMatchObject([
    { workflow: 'opinion', status: 'succeeded', result: 'answered' },
  ]);
});

test('where nobody knows, a person is asked, and answers', async () => {
  const answer = counter.request(Ask, { question: 'never-1' }, { timeout: '4 minutes' });
  const services = await openDeployed(enquiries);
  const waiting = await eventually('the request of a person', async () =>
    (await openRequests(86_400_000, services)).find(({ climb }) => climb?.rung === 3 && climb.phase === 'asked'),
  );
  expect(waiting.climb?.tried).toEqual(['sage', 'deputy', 'reserve']);
  const actor = { by: 'ann', why: 'read it in a book' };
  await answerRequest(waiting.requestId, { question: 'never-1', by: 'ann' }, actor, services);
  expect(await answer).toEqual({ question: 'never-1', by: 'ann' });
  const entries = await app.until(waiting.correlationId, (found) => requestsIn(found).length > 0);
  expect(rungsIn(entries)).toEqual(['retry sage', 'agent deputy', 'channel reserve', 'person']);
  expect(sent(entries, 'PersonNeeded')).toMatchObject([{ channel: 'system.people' }]);
  expect(entries).toContainEqual(
    expect.objectContaining({ kind: 'operator', operator: expect.objectContaining(actor) as unknown }),
  );
});
