import { marksOf } from '../../../../cli/render/workflows.js';
import type { StepView } from '../../../../shared/operator/workflows/step-views.js';

const under = (steps: readonly StepView[]) =>
  Object.fromEntries(
    marksOf({ status: 'running', steps, visits: { bread: { entered: 1, exited: 0, since: '' } } } as never),
  );
const bread = { step: 'bread', kind: 'request' } as const;

test('a step whose record says that it is done is marked so, however old the history of the engine is', () => {
  expect(under([{ ...bread, state: 'done' }])).toEqual({ bread: 'done' });
  expect(under([{ ...bread, state: 'entered' }])).toEqual({ bread: 'waiting' });
});

test('an element of a map that is done leaves the map waiting for the others', () => {
  expect(under([{ ...bread, index: '0', state: 'done' }])).toEqual({ bread: 'waiting' });
});
