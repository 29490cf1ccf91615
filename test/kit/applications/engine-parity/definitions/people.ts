import { defineWorkflow } from 'laneway/workflow';
import { Noted, Price, Reserve, start } from '../messages.js';
import { parity } from '../topology.js';
import { ways, type ParityCase } from '../parity-case.js';

const within = { timeout: '5 minutes' } as const;

/** A person decides with what it takes to. */
const approval = defineWorkflow(parity, 'approval', { startedBy: start.approval }, (flow, order) => {
  const priced = flow.request('price', Price, { item: order.item }, within);
  const { decision, by, reason } = flow.approval('budget', {
    title: order.item,
    details: { cents: priced.cents, parts: priced.parts, limit: 100 },
    approvers: 'foremen',
    escalateTo: 'owners',
    timeout: '10 minutes',
  });
  flow.match(decision, {
    approved: () => flow.complete('approved', { by, reason }),
    rejected: () => flow.fail('Rejected', 'the budget was rejected'),
    silent: () => flow.fail('Silent'),
  });
});

/** Nobody decides in time: others are asked, who have as long again. */
const silence = defineWorkflow(parity, 'silence', { startedBy: start.silence }, (flow, order) => {
  const { decision, by } = flow.approval('budget', {
    title: order.item,
    approvers: 'foremen',
    escalateTo: 'owners',
    timeout: '40 seconds',
  });
  flow.match(decision, {
    approved: () => flow.complete('approved', { by }),
    rejected: () => flow.fail('Rejected'),
    silent: () => flow.complete('nobody home', { by }),
  });
});

/** A decision beside work; both are used behind. */
const branch = defineWorkflow(parity, 'branch', { startedBy: start.branch }, (flow, order) => {
  const { asked, slot } = flow.parallel({
    asked: () => {
      const asked = flow.approval('ask', { title: 'Yes?', approvers: 'foremen', timeout: '5 minutes' });
      flow.publish('tell', Noted, { order: order.order, text: asked.reason });
      return asked.decision;
    },
    slot: () => flow.request('reserve', Reserve, { order: order.order, item: order.item }, within).slot,
  });
  const word = flow.match(asked, {
    approved: () => 'yes',
    rejected: () => 'no',
    silent: () => flow.fail('Silent'),
  });
  flow.complete('asked', { word, slot });
});

export const people: readonly ParityCase[] = [
  ...ways(approval, {
    rejected: {
      data: { order: 'o1', item: 'dear door' },
      meanwhile: [{ decide: 'rejected', step: 'budget' }],
      ends: { error: 'Rejected', cause: 'the budget was rejected' },
    },
    approved: {
      data: { order: 'o2', item: 'door' },
      meanwhile: [{ decide: 'approved', step: 'budget' }],
      ends: { result: 'approved', data: { by: 'ann', reason: 'as the case says' } },
    },
  }),
  ...ways(silence, {
    nobody: { data: { order: 'o1', item: 'door' }, ends: { result: 'nobody home', data: { by: 'nobody' } } },
    'the next ones approve': {
      data: { order: 'o2', item: 'door' },
      meanwhile: [{ decide: 'approved', step: 'budget', escalated: true }],
      ends: { result: 'approved', data: { by: 'ann' } },
    },
  }),
  ...ways(branch, {
    approved: {
      data: { order: 'o1', item: 'attic' },
      meanwhile: [{ decide: 'approved', step: 'ask' }],
      ends: { result: 'asked', data: { word: 'yes', slot: 'o1/attic' } },
    },
    rejected: {
      data: { order: 'o2', item: 'attic' },
      meanwhile: [{ decide: 'rejected', step: 'ask' }],
      ends: { result: 'asked', data: { word: 'no', slot: 'o2/attic' } },
    },
  }),
];
