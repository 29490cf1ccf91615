import { ListEventSourceMappingsCommand, ListFunctionsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { connect } from 'laneway/client';
import { startWorker, type Worker } from 'laneway/worker';
import { deployed, type Deployed } from '../kit/stands/deployed.js';
import { parcels, WrapParcel } from '../kit/applications/parcel-topology.js';
import wrapper from '../kit/applications/parcels/wrapper/worker.js';

let app: Deployed;
let worker: Worker | undefined;

beforeAll(async () => {
  app = await deployed('parcels', {
    app: 'node --conditions=laneway-source --import tsx test/kit/applications/parcels/app.ts',
  });
});

afterAll(() => worker?.stop());

test('a worker agent is deployed with lanes and a policy, and without a function or a mapping', async () => {
  const { deployment } = app;
  expect(deployment['LaneWrapperNormal']).toMatch(/^http/);
  expect(deployment['DeadLettersWrapper']).toMatch(/^http/);
  expect(deployment['WorkerPolicyWrapper']).toMatch(/^arn:aws:iam::\d{12}:policy\/.*wrapper/);
  expect(JSON.parse(deployment['BindingsWrapper'] ?? '')).toEqual({ paper: 'brown' });
  expect(deployment['FunctionWrapper']).toBeUndefined();
  const lambda = new LambdaClient({});
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  const names = Functions.map(({ FunctionName }) => FunctionName ?? '');
  expect(names).toContain(deployment['FunctionStamper']);
  expect(names.filter((name) => /wrapper/i.test(name))).toEqual([]);
  const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({}));
  const lanes = EventSourceMappings.map(({ EventSourceArn }) => EventSourceArn?.split(':').at(-1) ?? '');
  const queue = (key: string): string => deployment[key]?.split('/').at(-1) ?? 'no such output';
  expect(lanes).toContain(queue('LaneStamperDirectLow'));
  expect(lanes).not.toContain(queue('LaneWrapperNormal'));
  lambda.destroy();
});

test('a process with its entry answers its requests, with what the deployment binds', async () => {
  worker = await startWorker([await wrapper.prepare(app.deployment)]);
  const gate = await connect(parcels, { as: 'gate' });
  const reply = await gate.request(WrapParcel, { parcel: 'vase' }, { timeout: '4 minutes' });
  expect(reply).toEqual({ parcel: 'vase', paper: 'brown' });
});
