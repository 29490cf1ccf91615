import { defineWorkflow } from 'laneway/workflow';
import { ClaimReported, KeepFile, ScanFile } from '../../kit/patterns/claims-messages.js';
import { claims } from '../../kit/patterns/claims-topology.js';
import { lenient } from '../../kit/patterns/go-on-without-an-answer.js';
import { archive } from '../../kit/patterns/large-replies.js';
import { play, requestsOf, type PlayedPattern } from '../../kit/pattern-pages/play-pattern.js';
import { caring, repair } from '../../kit/patterns/run-another-workflow.js';
import { certain } from '../../kit/patterns/tries-and-fallbacks.js';
import { assistance } from '../../kit/patterns/undo.js';

// What the pages of docs/how-to/workflow-patterns say, the other half of plays.test.ts.

const ended = ({ execution }: PlayedPattern): unknown[] => [execution?.status, execution?.output ?? execution?.error];
const completed = (result: string, data?: unknown) => ['succeeded', data === undefined ? { result } : { result, data }];
const failed = (error: string) => ['failed', error];

describe('run another workflow', () => {
  const endings = ({ conversation }: PlayedPattern) =>
    conversation.endings.map(({ workflow, result }) => `${workflow} ${result}`).sort();

  test('the other one runs in the same conversation; its start message is not published', async () => {
    const played = await play(caring, { also: [repair] });
    expect(ended(played)).toEqual(completed('cared for', { repair: 'booked' }));
    expect(played.sent).toEqual(['CheckCover', 'BookRepair']);
    expect(endings(played)).toEqual(['caring cared for', 'repair booked']);
    expect(played.conversation.messages({ name: 'RepairAgreed' })).toEqual([]);
    expect(Object.keys(repair.asl.States)).toEqual(['book']);
  });

  test('the starter dies: the other one runs once all the same', async () => {
    const played = await play(caring, {
      also: [repair],
      meanwhile: async (world) => {
        // The first start is that of the claim itself.
        world.faults.crash('starter', 'before-outcome', { times: 2 });
        await world.advance('1 hour');
      },
    });
    expect(played.world.faults.struck).toBe(2);
    expect(ended(played)).toEqual(completed('cared for', { repair: 'booked' }));
    expect(played.done).toEqual(['office CheckCover p1', 'logistics BookRepair c1']);
  });

  test('it fails: so does whoever runs it', async () => {
    const played = await play(caring, { also: [repair], failing: ['BookRepair'] });
    expect(ended(played)).toEqual(failed('RequestFailed'));
    expect(endings(played)).toEqual(['caring RequestFailed', 'repair RequestFailed']);
  });
});

describe('undo', () => {
  const compensated = ({ conversation }: PlayedPattern) =>
    conversation.messages({ name: 'WorkflowCompensated' }).map(({ data }) => {
      const { undone, notUndone } = data as { undone: string[]; notUndone: string[] };
      return { undone, notUndone };
    });

  test('all goes well: nothing is undone', async () => {
    const played = await play(assistance);
    expect(ended(played)).toEqual(completed('arranged', { garage: 'Main Street', day: '2026-02-02' }));
    expect(played.sent).toEqual(['BookTow', 'LendCar', 'BookRepair']);
    expect(compensated(played)).toEqual([]);
  });

  test.each(['failing', 'silent'] as const)('the third is %s: the second is undone, then the first', async (how) => {
    const played = await play(assistance, { [how]: ['BookRepair'] });
    expect(ended(played)).toEqual(failed(how === 'silent' ? 'RequestTimedOut' : 'RequestFailed'));
    expect(played.done).toEqual([
      'logistics BookTow c1',
      'logistics LendCar c1',
      'logistics BookRepair c1',
      'logistics TakeBackCar car for c1',
      'logistics CancelTow tow of c1',
    ]);
    expect(compensated(played)).toEqual([{ undone: ['car', 'tow'], notUndone: [] }]);
  });

  test('an undoing that fails does not keep the other from being undone', async () => {
    const played = await play(assistance, { failing: ['BookRepair', 'TakeBackCar'] });
    expect(played.done.at(-1)).toBe('logistics CancelTow tow of c1');
    expect(compensated(played)).toEqual([{ undone: ['tow'], notUndone: ['car'] }]);
  });

  test('a reply that comes after its time is undone as well', async () => {
    const played = await play(assistance, { faults: (faults) => faults.delay('20 minutes', { type: 'CarLent' }) });
    expect(ended(played)).toEqual(failed('RequestTimedOut'));
    expect([...played.done].sort()).toEqual([
      'logistics BookTow c1',
      'logistics CancelTow tow of c1',
      'logistics LendCar c1',
      'logistics TakeBackCar car for c1',
    ]);
    const last = compensated(played).at(-1);
    expect([...(last?.undone ?? [])].sort()).toEqual(['car', 'tow']);
    expect(last?.notUndone).toEqual([]);
  });
});

describe('tries and fallbacks', () => {
  const said = (by: string) => completed('assessed', { cents: 120_000, by });

  test('the adjuster answers: nobody else is asked', async () => {
    const played = await play(certain);
    expect(ended(played)).toEqual(said('adjuster'));
    expect(played.done).toEqual(['adjuster AssessDamage c1']);
  });

  test('the adjuster keeps silent: asked twice, then the deputy; one request', async () => {
    const played = await play(certain, { silent: ['adjuster AssessDamage'] });
    expect(ended(played)).toEqual(said('deputy'));
    expect(played.done.map((line) => line.split(' ')[0])).toEqual(['adjuster', 'adjuster', 'deputy']);
    expect(requestsOf(played)).toEqual(['AssessDamage replied']);
  });

  test('a failure for good is not repeated', async () => {
    const played = await play(certain, { failing: ['adjuster AssessDamage'] });
    expect(ended(played)).toEqual(said('deputy'));
    expect(played.done.map((line) => line.split(' ')[0])).toEqual(['adjuster', 'deputy']);
  });

  test('both keep silent: a person answers', async () => {
    const played = await play(certain, {
      silent: ['AssessDamage'],
      meanwhile: async (world, id) => {
        await world.advance('10 minutes');
        const [needed] = world.conversation(id).messages({ name: 'PersonNeeded' });
        const { requestId } = needed?.data as { requestId: string };
        await world.answer(requestId, { cents: 80_000, by: 'ann' }, { by: 'ann', why: 'looked at the car' });
      },
    });
    expect(ended(played)).toEqual(completed('assessed', { cents: 80_000, by: 'ann' }));
  });

  test('nobody answers at all', async () => {
    const played = await play(certain, { silent: ['AssessDamage'] });
    expect(ended(played)).toEqual(failed('RequestTimedOut'));
    expect(requestsOf(played)).toEqual(['AssessDamage timed-out']);
  });
});

describe('go on without an answer', () => {
  const paid = ({ done }: PlayedPattern) => done.filter((line) => line.includes('PayOut'));

  test('an answer is taken', async () => {
    const played = await play(lenient);
    expect(ended(played)).toEqual(completed('completed'));
    expect(paid(played)).toEqual(['office PayOut c1 9000']);
  });

  test.each(['silent', 'failing'] as const)('%s: what the step says instead is the reply', async (how) => {
    const played = await play(lenient, { [how]: ['ScreenClaim'] });
    expect(ended(played)).toEqual(completed('completed'));
    expect(paid(played)).toEqual(['office PayOut c1 5000']);
    expect([...requestsOf(played)].sort()).toEqual([
      'PayOut replied',
      `ScreenClaim ${how === 'silent' ? 'timed-out' : 'failed'}`,
    ]);
  });

  test('a reply that comes later changes nothing', async () => {
    const played = await play(lenient, { faults: (faults) => faults.delay('1 hour', { type: 'ClaimScreened' }) });
    expect(paid(played)).toEqual(['office PayOut c1 5000']);
    expect(requestsOf(played)).toContain('ScreenClaim late');
  });
});

describe('large replies', () => {
  test.each([300, 2_000_000])('%i characters are passed on, though a state holds 256 KB', async (pages) => {
    const played = await play(archive, { pages });
    expect(ended(played)).toEqual(completed('kept', { sheets: 3 }));
    expect(played.done).toEqual(['office ScanFile c1', `office KeepFile c1 ${pages}`]);
  });

  test('what the workflow itself looks into is by value: too large, the step fails and names the field', async () => {
    const looking = defineWorkflow(claims, 'looking', { startedBy: ClaimReported }, (flow, { claim }) => {
      const scan = flow.request('scan', ScanFile, { claim }, { timeout: '10 minutes' });
      flow.approval('look', { title: scan.pages, approvers: 'archivists', timeout: '1 hour' });
      flow.request('keep', KeepFile, { claim, pages: scan.pages }, { timeout: '10 minutes' });
    });
    const played = await play(looking, { pages: 300_000 });
    expect(ended(played)).toEqual(failed('RequestFailed'));
    expect(played.execution?.cause).toMatch(/pages/);
    expect(played.sent).toEqual(['ScanFile']);
  });
});
