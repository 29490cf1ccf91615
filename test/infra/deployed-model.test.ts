import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { readStoredModel, storedTopology } from '../../shared/topology/deployed/stored-model.js';
import { shop } from '../kit/applications/fixture-topology.js';
import { applicationOf, unbundledApp } from '../kit/stands/synthesized-application.js';

const workflow = {
  name: 'order',
  startedBy: { name: 'OrderPlaced' },
  asl: {
    ...{ Comment: 'one step', QueryLanguage: 'JSONata' as const, TimeoutSeconds: 60, StartAt: 'Done' },
    States: { Done: { Type: 'Fail' as const, Error: 'E', Cause: 'C' } },
  },
};

/** The model and the payloads that a deployment of the templates would tell and upload. */
function synthesized(version?: string) {
  const app = unbundledApp();
  const application = applicationOf(
    shop,
    { workflows: [workflow], ...(version === undefined ? {} : { version }) },
    app,
  );
  const { directory } = App.of(application)?.synth() ?? app.synth();
  const file = readdirSync(directory).find((name) => name.includes('Observability') && name.endsWith('.template.json'));
  const { Outputs } = JSON.parse(readFileSync(join(directory, file ?? ''), 'utf8')) as {
    Outputs: Record<string, { Value: { 'Fn::Sub': string } }>;
  };
  const location = Outputs['LanewayModel']?.Value['Fn::Sub'] ?? '';
  const asset = `asset.${location.split('/').at(-1)}`;
  return { location, model: readStoredModel(readFileSync(join(directory, asset), 'utf8'), asset) };
}

test('a deployment tells where its model is, named by its content, and the model is the whole application', () => {
  const { location, model } = synthesized('4.5.6');
  expect(location).toMatch(/^s3:\/\/cdk-hnb659fds-assets-\$\{AWS::AccountId\}-\$\{AWS::Region\}\/[0-9a-f]{64}\.json$/);
  expect(storedTopology(model).model).toEqual(shop.model);
  expect(Object.keys(model.types).sort()).toEqual([
    'OrderPlaced',
    'ReserveStock',
    'ScanShelf',
    'ShelfCounted',
    'StockReserved',
  ]);
  expect(model.version).toBe('4.5.6');
  expect(model.framework).toMatch(/^\d+\.\d+\.\d+/);
  expect(model.workflows).toEqual([{ name: 'order', startedBy: 'OrderPlaced', awaits: [], definition: workflow.asl }]);
  expect(synthesized('4.5.6').location).toBe(location);
  expect(synthesized('4.5.7').location).not.toBe(location);
});
