import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workflowsIn } from '../../../../cli/context/synthesized-workflows.js';
import { bookTrip } from '../../../kit/applications/trip-topology.js';

test('workflows are found in the templates of an assembly', () => {
  const folder = mkdtempSync(join(tmpdir(), 'laneway-'));
  const machine = {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: { DefinitionString: JSON.stringify(bookTrip.asl) },
  };
  const other = { Type: 'AWS::StepFunctions::StateMachine', Properties: { DefinitionString: '{"StartAt":"a"}' } };
  writeFileSync(join(folder, 'A.template.json'), JSON.stringify({ Resources: { Machine: machine, other } }));
  writeFileSync(join(folder, 'B.template.json'), '{}');
  expect(workflowsIn(folder)).toEqual(new Map([['book-trip', bookTrip.asl]]));
});
