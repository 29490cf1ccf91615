import { createHarness, type Harness } from 'laneway/testing';
import { sourceOf } from '../../../shared/domain/wire/envelope.js';
import { buyer, mailer } from '../../../test/kit/applications/purchases/agents.js';
import { first } from '../../../test/kit/applications/purchases/workflows.js';
import { purchases, PurchaseWanted } from '../../../test/kit/applications/purchase-topology.js';
import { outcomeOf, type KindAttack, type KindResult } from './kind-attack.js';

interface Waiting {
  readonly world: Harness;
  /** Deeds of the agents. */
  readonly done: string[];
  readonly links: string[];
}

/** Purchases that wait for people, each with its link. */
async function waiting(count = 1): Promise<Waiting> {
  const [done, links]: [string[], string[]] = [[], []];
  const world = createHarness(purchases, {
    agents: [
      buyer.with({ tell: (line) => void done.push(line) }),
      mailer.with({ tell: (line) => void links.push((JSON.parse(line) as { link?: string }).link ?? '') }),
    ],
    workflows: [first],
    approvalLinks: true,
  });
  for (let at = 0; at < count; at++) {
    await world.publish(PurchaseWanted, { purchase: `p${at}`, patience: 'long' });
    await world.advance('1 second');
  }
  if (links.length !== count || links.includes('')) throw new Error('there is no link to attack');
  return { world, done, links };
}

const yes = { decision: 'approved', reason: 'I say so' } as const;
const bought = ({ done }: Waiting): string | undefined => done.find((line) => line.includes('order'));

/** Attacks by whoever holds a link, and on what it decides. */
export const ATTACKS_BY_LINKS: readonly KindAttack[] = [
  {
    ...{ name: 'alter-link', severity: 'critical', decidedBy: 'harness' },
    title: 'decides another approval, or at another time, by a link whose text it has changed',
    by: ['link'],
    run: async () => {
      const open = await waiting(2);
      const [mine = '', other = ''] = open.links.map((link) => link.split('/').at(-1) ?? '');
      const [approval = '', round = '', until = '', code = ''] = mine.split('~');
      const base = (open.links[0] ?? '').slice(0, -mine.length);
      const forged = [
        [other.split('~')[0], round, until, code],
        [approval, '2', until, code],
        [approval, round, `${until}0`, code],
        [approval, round, until, other.split('~')[3]],
        [approval, round, until, ''],
      ];
      for (const parts of forged) {
        const { status } = await open.world.visit(`${base}${parts.join('~')}`, yes);
        if (status < 400) return { possible: `the page answered ${status}` };
      }
      await open.world.advance('1 minute');
      const taken = bought(open);
      const { status } = await open.world.visit(open.links[0] ?? '', yes);
      if (status !== 200) throw new Error(`the unaltered link does not decide either: ${status}`);
      return outcomeOf(taken, 'the page: KMS does not verify the link');
    },
  },
  {
    // 2
    ...{ name: 'decide-again', severity: 'high', decidedBy: 'harness' },
    title: 'turns a decision round by using the link a second time',
    by: ['link'],
    run: async () => {
      const open = await waiting();
      const [link = ''] = open.links;
      const { status: first } = await open.world.visit(link, { decision: 'rejected', reason: 'no' });
      if (first !== 200) throw new Error(`the link does not decide: ${first}`);
      const { status } = await open.world.visit(link, yes);
      await open.world.advance('1 minute');
      return outcomeOf(bought(open) ?? (status === 200 && 'the page took it'), 'the page: the first decision stands');
    },
  },
  {
    // 1, 2
    ...{ name: 'decide-by-message', severity: 'critical', decidedBy: 'harness' },
    title: 'publishes the decision on an approval under its own source',
    by: ['agent', 'client', 'publisher'],
    run: async ({ kind }) => {
      const [page, mail, shop] = [
        sourceOf(purchases.name, 'platform', 'approval-page'),
        sourceOf(purchases.name, 'agent', 'mailer'),
        sourceOf(purchases.name, 'client', 'shop'),
      ];
      if ('refused' in (await decides(page, page)))
        throw new Error('the page does not decide by such a message either');
      const said = kind === 'agent' ? mail : shop;
      const outcomes = [
        await decides(said, said),
        await decides(kind === 'publisher' ? 'com.example.post' : said, page),
      ];
      return outcomes.find((outcome) => 'possible' in outcome) ?? outcomes[0] ?? { possible: 'nothing was tried' };
    },
  },
];

/** Publishes a decision under a source of the bus, in an envelope that says another, and tells whether it counts. */
async function decides(from: string, said: string): Promise<KindResult> {
  const open = await waiting();
  const [asked] = await open.world.approvals();
  const sent = open.world.published.find(({ type }) => type === 'ApprovalRequested');
  if (asked === undefined || sent === undefined) throw new Error('nobody was asked');
  const data = { decision: 'approved', by: 'team leads', reason: 'forged' };
  const detail = {
    ...sent,
    ...{ id: 'forged-1', type: 'ApprovalDecided', dataschema: 'urn:laneway:ApprovalDecided:1', source: said, data },
    ...{ requestid: asked.requestId, replyto: undefined, receiver: undefined, channel: 'approvals.decided' },
  };
  open.world.putEvent({ source: from, 'detail-type': 'ApprovalDecided', detail });
  await open.world.advance('1 minute');
  const isOpen = (await open.world.approvals()).some(({ requestId }) => requestId === asked.requestId);
  return outcomeOf(
    bought(open) ?? (!isOpen && 'the approval has ended'),
    'the replies function, which asks who may decide',
  );
}
