import { defineWorkflow } from 'laneway/workflow';
import { Ask, Knocked, Noted, Price, start } from '../messages.js';
import { parity } from '../topology.js';
import { ways, type ParityCase } from '../parity-case.js';

const within = { timeout: '5 minutes' } as const;

/** A value taken in place of a missing reply leads on as any reply does. */
const arms = defineWorkflow(parity, 'arms', { startedBy: start.arms }, (flow, order) => {
  const priced = flow.request(
    'price',
    Price,
    { item: order.item },
    {
      timeout: '40 seconds',
      onTimeout: { item: 'silent', cents: 0, grade: 'cheap', parts: [] },
      onFailure: { item: order.item, cents: 1, grade: 'dear', parts: [{ name: order.order, cents: 1 }] },
    },
  );
  const word = flow.match(priced.grade, {
    cheap: () => 'nobody answered',
    fair: () => flow.complete('answered', { cents: priced.cents }),
    dear: () => {
      flow.publish('tell', Noted, { order: order.order, text: priced.item });
      return priced.item;
    },
  });
  flow.complete('answered for', { word, part: priced.parts.at(0) });
});

/** Without that, the execution ends so. */
const plain = defineWorkflow(parity, 'plain', { startedBy: start.plain }, (flow, order) => {
  flow.request('price', Price, { item: order.item }, { timeout: '40 seconds' });
  flow.complete('answered');
});

/** A failure in an arm, after something was told. */
const failing = defineWorkflow(parity, 'failing', { startedBy: start.failing }, (flow, order) => {
  const priced = flow.request('price', Price, { item: order.item }, within);
  flow.match(priced.grade, {
    cheap: () => undefined,
    fair: () => flow.fail('OnlyFair'),
    dear: () => {
      flow.publish('tell', Noted, { order: order.order, text: '{% $states.input %}' });
      flow.fail('Too.Dear-1', "it's {% $too %} dear");
    },
  });
  flow.publish('behind', Noted, { order: order.order, text: 'cheap' });
});

/** An answer that is put off, and given in a later handling. */
const later = defineWorkflow(parity, 'later', { startedBy: start.later }, (flow, order) => {
  const priced = flow.request('price', Price, { item: order.item }, within);
  flow.complete('answered', { cents: priced.cents });
});

/** A ladder: again, another agent, a person, the end. */
const ladder = defineWorkflow(parity, 'ladder', { startedBy: start.ladder }, (flow, order) => {
  const answered = flow.request('ask', Ask, { question: order.item }, { timeout: '10 minutes' });
  flow.complete('answered', { answered });
});

/** A ladder in each element, each answered on another rung. */
const ladders = defineWorkflow(parity, 'ladders', { startedBy: start.ladders }, (flow, basket) => {
  const by = flow.map(
    'lines',
    basket.lines,
    (line) => flow.request('ask', Ask, { question: line.item }, { timeout: '10 minutes' }).by,
  );
  flow.complete('answered', { by });
});

export const failures: readonly ParityCase[] = [
  ...ways(arms, {
    answered: { data: { order: 'o1', item: 'nail' }, ends: { result: 'answered', data: { cents: 400 } } },
    refused: {
      data: { order: 'o2', item: 'refused nail' },
      ends: { result: 'answered for', data: { word: 'refused nail', part: { name: 'o2', cents: 1 } } },
    },
    silent: {
      data: { order: 'o3', item: 'silent nail' },
      ends: { result: 'answered for', data: { word: 'nobody answered' } },
    },
  }),
  ...ways(plain, {
    refused: {
      data: { order: 'o1', item: 'refused nail' },
      ends: { error: 'RequestFailed', cause: /refused nail: not to be had/ },
    },
    silent: { data: { order: 'o2', item: 'silent nail' }, ends: { error: 'RequestTimedOut' } },
  }),
  ...ways(failing, {
    'in an arm': {
      data: { order: 'o1', item: 'dear nail' },
      ends: { error: 'Too.Dear-1', cause: "it's {% $too %} dear" },
    },
    'at once': { data: { order: 'o2', item: 'nail' }, ends: { error: 'OnlyFair', cause: 'OnlyFair' } },
    'not at all': { data: { order: 'o3', item: 'cheap nail' }, ends: { result: 'completed' } },
  }),
  ...ways(later, {
    later: {
      data: { order: 'o1', item: 'later nail' },
      meanwhile: [{ publish: Knocked, data: { item: 'later nail' }, after: Price }],
      ends: { result: 'answered', data: { cents: 900 } },
    },
  }),
  ...ways(ladder, {
    'the first try': {
      data: { order: 'o1', item: 'try 1' },
      ends: { result: 'answered', data: { answered: { answer: 'to try 1', by: 'sage' } } },
    },
    'the second': {
      data: { order: 'o2', item: 'try 2' },
      ends: { result: 'answered', data: { answered: { answer: 'to try 2', by: 'sage' } } },
    },
    'another agent': {
      data: { order: 'o3', item: 'try 3' },
      ends: { result: 'answered', data: { answered: { answer: 'to try 3', by: 'deputy' } } },
    },
    'a person': {
      data: { order: 'o4', item: 'person' },
      meanwhile: [{ answer: { answer: 'from a book', by: 'ann' } }],
      ends: { result: 'answered', data: { answered: { answer: 'from a book', by: 'ann' } } },
    },
    nobody: { data: { order: 'o5', item: 'nobody' }, ends: { error: 'RequestTimedOut' } },
  }),
  ...ways(ladders, {
    'each its own rung': {
      data: { order: 'o1', lines: [{ item: 'try 3' }, { item: 'try 1' }, { item: 'try 2' }] },
      ends: { result: 'answered', data: { by: ['deputy', 'sage', 'sage'] } },
    },
  }),
];
