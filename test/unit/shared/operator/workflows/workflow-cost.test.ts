import { costText } from '../../../../../cli/render/workflows.js';
import { plainPaint } from '../../../../../cli/render/paint.js';
import { workflowCost } from '../../../../../shared/operator/workflows/workflow-cost.js';
import { bookTrip } from '../../../../kit/applications/trip-topology.js';

test('the cost of each way through: $25 a million transitions', () => {
  expect(workflowCost(bookTrip.asl)).toMatchObject([
    { states: ['hotel', 'flight', 'car'], transitions: 3, dollarsPerThousand: 0.075 },
  ]);
  expect(costText('book-trip', workflowCost(bookTrip.asl), plainPaint).join('\n')).toMatch(
    /3\s+0\.075\s+hotel > flight > car/,
  );
});
