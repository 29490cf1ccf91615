import { patterns } from '../../kit/patterns/all-patterns.js';
import { goodwill } from '../../kit/patterns/ask-people.js';
import { settlement } from '../../kit/patterns/choose.js';
import { ClaimMoved, InvoiceReceived } from '../../kit/patterns/claims-messages.js';
import { photos } from '../../kit/patterns/for-each-element.js';
import { play, requestsOf, type PlayedPattern } from '../../kit/pattern-pages/play-pattern.js';
import { intake } from '../../kit/patterns/publish-and-go-on.js';
import { assessment } from '../../kit/patterns/request-and-reply.js';
import { review } from '../../kit/patterns/side-by-side.js';
import { patience } from '../../kit/patterns/wait.js';
import { invoice } from '../../kit/patterns/wait-for-a-message.js';

// What the pages of docs/how-to/workflow-patterns say, in their order. The other half is in recovers.test.ts.

const ended = ({ execution }: PlayedPattern): unknown[] => [execution?.status, execution?.output ?? execution?.error];
const completed = (result: string, data?: unknown) => ['succeeded', data === undefined ? { result } : { result, data }];
const failed = (error: string) => ['failed', error];

test('there is an example for each page', () => {
  expect(Object.keys(patterns)).toHaveLength(13);
});

describe('request and reply', () => {
  const said = completed('assessed', { cents: 120_000 });

  test('one command, one reply', async () => {
    const played = await play(assessment);
    expect(ended(played)).toEqual(said);
    expect(played.sent).toEqual(['AssessDamage']);
    expect(played.done).toEqual(['adjuster AssessDamage c1']);
  });

  test('the agent dies: it is asked the same again, and the reply comes once', async () => {
    const played = await play(assessment, { faults: (faults) => faults.crash('adjuster', 'before-outcome') });
    expect(ended(played)).toEqual(said);
    expect(played.done).toEqual(Array(2).fill('adjuster AssessDamage c1'));
    expect(played.sent).toEqual(['AssessDamage']);
    expect(requestsOf(played)).toEqual(['AssessDamage replied']);
  });

  test.each(['dispatcher', 'replies'])('%s dies: the command is one all the same', async (who) => {
    const played = await play(assessment, { faults: (faults) => faults.die(who) });
    expect(played.world.faults.struck).toBe(1);
    expect(ended(played)).toEqual(said);
    expect(played.done).toEqual(['adjuster AssessDamage c1']);
  });

  test('silence and failure have names', async () => {
    expect(ended(await play(assessment, { silent: ['AssessDamage'] }))).toEqual(failed('RequestTimedOut'));
    expect(ended(await play(assessment, { failing: ['AssessDamage'] }))).toEqual(failed('RequestFailed'));
  });
});

describe('publish and go on', () => {
  const statuses = ({ conversation }: PlayedPattern) =>
    conversation
      .messages(ClaimMoved)
      .map(({ data }) => (data as { status: string }).status)
      .sort();

  test('both messages, and the request between them', async () => {
    const played = await play(intake);
    expect(ended(played)).toEqual(completed('completed'));
    expect(played.sent).toEqual(['ClaimMoved', 'CheckCover', 'ClaimMoved']);
    expect(statuses(played)).toEqual(['checked', 'received']);
  });

  test('whoever hears it fails: a dead letter, and the workflow knows nothing of it', async () => {
    const played = await play(intake, { failing: ['ClaimMoved'] });
    expect(ended(played)).toEqual(completed('completed'));
    expect(played.conversation.account.deadLettered).toBe(2);
  });

  test('the dispatcher dies: the message is published once all the same', async () => {
    const played = await play(intake, { faults: (faults) => faults.die('dispatcher', { times: 2 }) });
    expect(played.world.faults.struck).toBe(2);
    expect(statuses(played)).toEqual(['checked', 'received']);
    expect(played.done.filter((line) => line.startsWith('letters'))).toHaveLength(2);
  });
});

describe('choose', () => {
  test.each([
    ['full', completed('paid', { transfer: 'transfer for c1' }), ['CheckCover', 'AssessDamage', 'PayOut'], 120_000],
    ['partial', completed('paid', { transfer: 'transfer for c1' }), ['CheckCover', 'PayOut'], 90_000],
    ['none', completed('not covered'), ['CheckCover'], undefined],
  ] as const)('%s cover', async (cover, end, sent, cents) => {
    const played = await play(settlement, { cover });
    expect(ended(played)).toEqual(end);
    expect(played.sent).toEqual(sent);
    expect(played.done.filter((line) => line.includes('PayOut'))).toEqual(
      cents === undefined ? [] : [`office PayOut c1 ${cents}`],
    );
  });

  test('a step in an arm fails: the execution does, and what stands behind the choice is not done', async () => {
    const played = await play(settlement, { failing: ['AssessDamage'] });
    expect(ended(played)).toEqual(failed('RequestFailed'));
    expect(played.sent).toEqual(['CheckCover', 'AssessDamage']);
  });
});

describe('side by side', () => {
  test('three requests, three replies', async () => {
    const played = await play(review);
    expect(ended(played)).toEqual(completed('reviewed', { cover: 'full', cents: 120_000, verdict: 'clear' }));
    expect([...played.sent].sort()).toEqual(['AssessDamage', 'CheckCover', 'ScreenClaim']);
  });

  test('one fails: the execution fails at once, and what its neighbour waits for ends by itself', async () => {
    const played = await play(review, {
      ...{ failing: ['ScreenClaim'], silent: ['AssessDamage'] },
      meanwhile: async (world, id) => {
        await world.advance('1 minute');
        expect(world.conversation(id).endings).toMatchObject([{ status: 'failed', result: 'RequestFailed' }]);
      },
    });
    expect(ended(played)).toEqual(failed('RequestFailed'));
    expect([...requestsOf(played)].sort()).toEqual([
      'AssessDamage timed-out',
      'CheckCover replied',
      'ScreenClaim failed',
    ]);
  });
});

describe('for each element', () => {
  test('one request for each, the results in the order of the list', async () => {
    const played = await play(photos, { photos: ['door', 'roof', 'bonnet'] });
    const damages = [
      { part: 'door', cents: 4_000 },
      { part: 'roof', cents: 4_000 },
      { part: 'bonnet', cents: 6_000 },
    ];
    expect(ended(played)).toEqual(completed('read', { damages }));
    expect(played.sent).toEqual(['ReadPhoto', 'ReadPhoto', 'ReadPhoto']);
  });

  test('no element is no special case', async () => {
    const played = await play(photos);
    expect(ended(played)).toEqual(completed('read', { damages: [] }));
    expect(played.sent).toEqual([]);
  });

  test('never more than two at once; one that is not answered fails all, and no further one is begun', async () => {
    const played = await play(photos, {
      ...{ photos: ['one', 'two', 'three', 'four'], silent: ['ReadPhoto'] },
      meanwhile: async (world, _id, { done }) => {
        await world.advance('4 minutes');
        expect([...done].sort()).toEqual(['office ReadPhoto one', 'office ReadPhoto two']);
      },
    });
    expect(ended(played)).toEqual(failed('RequestTimedOut'));
    expect(played.sent).toEqual(['ReadPhoto', 'ReadPhoto']);
  });
});

describe('wait', () => {
  test.each([
    ['as it is', 0, false],
    ['whoever handles its timer dies again and again', 20, false],
    ['its timer is lost', 0, true],
  ])('goes on when both times are over: %s', async (_how, times, lost) => {
    const played = await play(patience, {
      ...(times > 0 ? { faults: (faults) => faults.die('deadlines', { times }) } : {}),
      meanwhile: async (world, _id, { done, loseTimers }) => {
        await world.advance('1 day');
        if (lost) loseTimers();
        await world.advance('4 days');
        expect(done).toEqual(['letters ClaimMoved c1 offered']);
        await world.advance('12 hours');
        expect(done).toEqual(['letters ClaimMoved c1 offered', 'office PayOut c1 50000']);
      },
    });
    expect(ended(played)).toEqual(completed('completed'));
    expect(played.sent).toEqual(['ClaimMoved', 'PayOut']);
    expect(played.world.faults.struck).toBe(times);
  });
});

describe('wait for a message', () => {
  const bill = { invoice: 'i1', cents: 70_000 };

  test.each([
    ['while it waits', '1 day'],
    ['before it waits', undefined],
  ] as const)('the message comes %s; another subject or conversation is not it', async (_when, pause) => {
    const played = await play(invoice, {
      meanwhile: async (world, correlationId) => {
        if (pause !== undefined) await world.advance(pause);
        await world.publish(InvoiceReceived, { invoice: 'other', cents: 1 }, { subject: 'c1' });
        await world.publish(InvoiceReceived, { invoice: 'c2', cents: 2 }, { correlationId, subject: 'c2' });
        await world.publish(InvoiceReceived, bill, { correlationId, subject: 'c1' });
        await world.publish(InvoiceReceived, { invoice: 'i2', cents: 3 }, { correlationId, subject: 'c1' });
      },
    });
    expect(ended(played)).toEqual(completed('paid', { invoice: 'i1' }));
    expect(played.done.filter((line) => line.includes('PayOut'))).toEqual(['office PayOut c1 70000']);
  });

  test('none comes', async () => {
    const played = await play(invoice);
    expect(ended(played)).toEqual(failed('RequestTimedOut'));
    expect(played.sent).toEqual(['ClaimMoved']);
  });
});

describe('ask people', () => {
  const deciding = (decision: 'approved' | 'rejected', after: '1 hour' | '9 hours' = '1 hour') =>
    play(goodwill, {
      meanwhile: async (world) => {
        await world.advance(after);
        const [open] = await world.approvals();
        await world.decide(open?.requestId ?? '', decision, { by: 'ann', why: 'a good customer' });
        const other = world.decide(open?.requestId ?? '', 'rejected', { by: 'bob', why: 'too dear' });
        await expect(other).rejects.toThrow(`${decision} by ann`);
      },
    });
  const asked = ({ conversation }: PlayedPattern) =>
    conversation
      .messages({ name: 'ApprovalRequested' })
      .map(({ data }) => data as { approvers: string; details: unknown })
      .map(({ approvers, details }) => [approvers, details]);
  const details = { claim: 'c1', cents: 120_000 };

  test('approved: it is paid, and the ledger has who and why', async () => {
    const played = await deciding('approved');
    expect(ended(played)).toEqual(completed('paid', { by: 'ann' }));
    expect(played.sent).toEqual(['AssessDamage', 'PayOut']);
    expect(asked(played)).toEqual([['team leads', details]]);
    const actions = played.conversation.entries.flatMap((entry) => (entry.kind === 'operator' ? [entry.operator] : []));
    expect(actions).toMatchObject([{ by: 'ann', why: 'a good customer' }]);
  });

  test('rejected: nothing is paid', async () => {
    const played = await deciding('rejected');
    expect(ended(played)).toEqual(completed('rejected', { by: 'ann' }));
    expect(played.sent).toEqual(['AssessDamage']);
  });

  test('silence goes to the management, who decide', async () => {
    const played = await deciding('approved', '9 hours');
    expect(ended(played)).toEqual(completed('paid', { by: 'ann' }));
    expect(asked(played)).toEqual([
      ['team leads', details],
      ['management', details],
    ]);
  });

  test('nobody decides', async () => {
    const played = await play(goodwill);
    expect(ended(played)).toEqual(failed('Undecided'));
    expect(played.sent).toEqual(['AssessDamage']);
  });
});
