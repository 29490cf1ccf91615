import { LambdaClient, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import {
  confinedPlace,
  confinementOf,
  emergencyLaneOf,
} from '../../../../../cli/commands/quarantine/confined-place.js';
import { harbour } from '../../../../kit/applications/harbour-topology.js';
import { parcels } from '../../../../kit/applications/parcel-topology.js';

const QUEUES = 'https://sqs.eu-west-1.amazonaws.com/111122223333/';
const deployment = {
  BusArn: 'arn:aws-cn:events:cn-north-1:111122223333:event-bus/parcels',
  LedgerTable: 'ledger',
  PendingTable: 'pending',
  PayloadBucket: 'payloads',
  FunctionDesk: 'parcels-desk',
  LaneDeskCritical: `${QUEUES}Parcels-Messaging-desk-critical`,
  LaneDeskNormal: `${QUEUES}Parcels-Messaging-desk-normal`,
  LaneWrapperNormal: `${QUEUES}Parcels-Messaging-wrapper-normal`,
  DeadLettersDesk: `${QUEUES}Parcels-Messaging-desk-dead-letters`,
  TimerQueue: `${QUEUES}Parcels-Messaging-Timers0A`,
  WorkerPolicyWrapper: 'arn:policy/wrapper',
  ClientGatePolicy: 'arn:policy/gate',
  IngressPostPolicy: 'arn:policy/post',
  PlatformFunctionIngress: 'parcels-ingress',
};
const placeOf = (kind: 'agent' | 'client' | 'ingress', name: string) =>
  confinedPlace({ kind, name }, parcels.model, deployment);

it('an agent has its function and its lanes', () => {
  expect(placeOf('agent', 'desk')).toMatchObject({
    functionName: 'parcels-desk',
    lanes: [deployment.LaneDeskCritical, deployment.LaneDeskNormal],
  });
});

it('a worker, a client and an ingress have their policies', () => {
  expect(placeOf('agent', 'wrapper')).toMatchObject({ policyArn: 'arn:policy/wrapper' });
  expect(placeOf('agent', 'wrapper')).not.toHaveProperty('functionName');
  expect(placeOf('client', 'gate')).toMatchObject({ policyArn: 'arn:policy/gate', lanes: [] });
  expect(placeOf('ingress', 'post')).toMatchObject({ policyArn: 'arn:policy/post', queuesOf: 'parcels-ingress' });
});

it("the application's are bus, tables with indexes, payloads and queues, in its partition, region and account", () => {
  expect(placeOf('client', 'gate').application).toEqual([
    deployment.BusArn,
    'arn:aws-cn:dynamodb:cn-north-1:111122223333:table/ledger',
    'arn:aws-cn:dynamodb:cn-north-1:111122223333:table/ledger/*',
    'arn:aws-cn:dynamodb:cn-north-1:111122223333:table/pending',
    'arn:aws-cn:dynamodb:cn-north-1:111122223333:table/pending/*',
    'arn:aws-cn:s3:::payloads',
    'arn:aws-cn:s3:::payloads/*',
    'arn:aws-cn:sqs:cn-north-1:111122223333:Parcels-Messaging-*',
  ]);
});

it('queues without a name in common are denied all, rather than some of them allowed', () => {
  const scattered = { ...deployment, TimerQueue: `${QUEUES}other-timers` };
  const { application } = confinedPlace({ kind: 'client', name: 'gate' }, parcels.model, scattered);
  expect(application.at(-1)).toBe('arn:aws-cn:sqs:cn-north-1:111122223333:*');
});

it('the policy fits into that of a user, 2,048 characters', () => {
  const long = Object.fromEntries(
    Object.entries(deployment).map(([key, value]) => [
      key,
      /Table|Bucket/.test(key) ? value.padEnd(63, 'x') : value.replace('Parcels-Messaging', 'P'.repeat(60)),
    ]),
  );
  const { application } = confinedPlace({ kind: 'client', name: 'gate' }, parcels.model, long);
  const document = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: application }] };
  expect(JSON.stringify(document).length).toBeLessThan(2_048);
});

it('of a party that the topology does not have any more nothing is left to be cut off', async () => {
  const gone = confinementOf({ kind: 'agent', name: 'gone' }, parcels.model, deployment);
  expect(await gone.gaps()).toEqual([]);
  expect(await gone.allow()).toBe('it is not deployed any more');
});

it('what is not deployed is named', () => {
  const { FunctionDesk: _function, ...older } = deployment;
  expect(() => confinedPlace({ kind: 'agent', name: 'desk' }, parcels.model, older)).toThrow('FunctionDesk');
});

it('lanes of direct channels are held as those of the bus', () => {
  const direct = `${QUEUES}Parcels-Messaging-stamper-direct-low`;
  const place = confinedPlace({ kind: 'agent', name: 'stamper' }, parcels.model, {
    ...deployment,
    FunctionStamper: 'parcels-stamper',
    LaneStamperDirectLow: direct,
  });
  expect(place.lanes).toContain(direct);
});

describe('the lane of emergencies', () => {
  const CRANE = { kind: 'agent', name: 'crane' } as const;
  const lanes = ['high', 'normal', 'direct-critical'];
  const outputs = ['High', 'Normal', 'DirectCritical'].map((key, index) => [
    `LaneCrane${key}`,
    `${QUEUES}Harbour-crane-${lanes[index] ?? ''}`,
  ]);
  const here = { ...deployment, FunctionCrane: 'harbour-crane', ...(Object.fromEntries(outputs) as object) };
  const lambda = mockClient(LambdaClient);
  const switched = (): string[] =>
    lambda
      .commandCalls(UpdateEventSourceMappingCommand)
      .map(({ args: [{ input }] }) => `${input.UUID ?? ''} ${String(input.Enabled)}`);

  beforeEach(() => {
    lambda.reset();
    lambda.on(UpdateEventSourceMappingCommand).resolves({});
    lambda.on(ListEventSourceMappingsCommand).resolves({
      EventSourceMappings: lanes.map((key) => ({
        UUID: key,
        EventSourceArn: `arn:aws:sqs:eu-west-1:1:Harbour-crane-${key}`,
      })),
    });
  });

  it('is left alone by a drain, whose end enables it: a quarantine may have disabled it meanwhile', async () => {
    const drain = confinementOf(CRANE, harbour.model, here, 'drain');
    await drain.pause();
    expect(switched()).toEqual(['high false', 'normal false']);
    lambda.resetHistory();
    await drain.resume();
    expect(switched()).toEqual(lanes.map((key) => `${key} true`));
  });

  it('is taken by a quarantine, and given back alone to whoever stays drained', async () => {
    await confinementOf(CRANE, harbour.model, here).pause();
    expect(switched()).toEqual(lanes.map((key) => `${key} false`));
    lambda.resetHistory();
    await emergencyLaneOf(CRANE, harbour.model, here)?.resume();
    expect(switched()).toEqual(['direct-critical true']);
  });

  it("is nobody else's", () => {
    expect(emergencyLaneOf({ kind: 'client', name: 'tower' }, harbour.model, here)).toBeUndefined();
    expect(emergencyLaneOf({ kind: 'agent', name: 'desk' }, parcels.model, deployment)).toBeUndefined();
    expect(emergencyLaneOf({ kind: 'agent', name: 'gone' }, harbour.model, here)).toBeUndefined();
  });
});
