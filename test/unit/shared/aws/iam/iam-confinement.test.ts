import {
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  IAMClient,
  ListEntitiesForPolicyCommand,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import {
  IamConfinement,
  QUARANTINE_POLICY,
  type ConfinedPlace,
} from '../../../../../shared/aws/iam/iam-confinement.js';

const iam = mockClient(IAMClient);
const lambda = mockClient(LambdaClient);
const sqs = mockClient(SQSClient);
const APPLICATION = ['arn:aws:events:eu-west-1:1:event-bus/shop', 'arn:aws:sqs:eu-west-1:1:Shop-*'];
const AGENT: ConfinedPlace = {
  application: APPLICATION,
  functionName: 'Shop-clerk',
  lanes: ['https://sqs.example/1/Shop-clerk-normal', 'https://sqs.example/1/Shop-clerk-low'],
};
const CLIENT: ConfinedPlace = { application: APPLICATION, lanes: [], policyArn: 'arn:aws:iam::1:policy/web' };

const confinement = (place: ConfinedPlace) =>
  new IamConfinement(
    {
      ...{ iam: new IAMClient({}), lambda: new LambdaClient({}), sqs: new SQSClient({}) },
      queueUrl: (arn) => Promise.resolve(`https://sqs.example/1/${arn.split(':').at(-1) ?? ''}`),
    },
    place,
  );
const documentOf = (input: { readonly PolicyDocument?: string | undefined }): unknown =>
  JSON.parse(input.PolicyDocument ?? '');

beforeEach(() => {
  for (const mock of [iam, lambda, sqs]) mock.reset();
  iam.onAnyCommand().resolves({});
  sqs.onAnyCommand().resolves({});
  lambda.onAnyCommand().resolves({});
  lambda.on(GetFunctionConfigurationCommand).resolves({ Role: 'arn:aws:iam::1:role/laneway/shop/clerk-role' });
  lambda.on(ListEventSourceMappingsCommand).resolves({
    EventSourceMappings: [
      { UUID: 'own', State: 'Enabled', EventSourceArn: 'arn:aws:sqs:eu-west-1:1:Shop-clerk-normal' },
      { UUID: 'other', State: 'Enabled', EventSourceArn: 'arn:aws:sqs:eu-west-1:1:Shop-porter-normal' },
    ],
  });
  iam.on(ListEntitiesForPolicyCommand).resolves({
    PolicyRoles: [{ RoleName: 'web-task' }],
    PolicyUsers: [{ UserName: 'ann' }],
    PolicyGroups: [{ GroupName: 'staff' }],
  });
});

describe('an agent with a function', () => {
  it("has its role denied everything, under the role's name without its path", async () => {
    expect(await confinement(AGENT).deny()).toBe('denied: role clerk-role');
    const [call] = iam.commandCalls(PutRolePolicyCommand);
    expect(call?.args[0].input).toMatchObject({ RoleName: 'clerk-role', PolicyName: QUARANTINE_POLICY });
    expect(documentOf(call?.args[0].input ?? {})).toMatchObject({
      Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
    });
  });

  it('is received for by nobody: its own mappings, and no mapping of another agent of the same function', async () => {
    await confinement(AGENT).pause();
    expect(lambda.commandCalls(UpdateEventSourceMappingCommand).map(({ args: [{ input }] }) => input)).toEqual([
      { UUID: 'own', Enabled: false },
    ]);
  });

  it('has its lanes keep messages for 14 days, and for 4 days again only once they are empty', async () => {
    await confinement(AGENT).keep();
    sqs.on(GetQueueAttributesCommand).resolves({ Attributes: { ApproximateNumberOfMessages: '0' } });
    sqs
      .on(GetQueueAttributesCommand, { QueueUrl: 'https://sqs.example/1/Shop-clerk-low' })
      .resolves({ Attributes: { ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '2' } });
    expect(await confinement(AGENT).keepAsBefore()).toContain('messages wait in Shop-clerk-low');
    const set = sqs
      .commandCalls(SetQueueAttributesCommand)
      .map(({ args: [{ input }] }) => [
        input.QueueUrl?.split('/').at(-1),
        input.Attributes?.['MessageRetentionPeriod'],
      ]);
    expect(set).toEqual([
      ['Shop-clerk-normal', '1209600'],
      ['Shop-clerk-low', '1209600'],
      ['Shop-clerk-normal', '345600'],
    ]);
  });

  it('is not cut off while its role is not denied, or a mapping of its lanes is enabled', async () => {
    const gone = Object.assign(new Error('no such policy'), { name: 'NoSuchEntityException' });
    iam.on(GetRolePolicyCommand).rejects(gone);
    expect(await confinement(AGENT).gaps()).toEqual([
      'role clerk-role is not denied',
      'Shop-clerk-normal is received from',
    ]);
    iam.on(GetRolePolicyCommand).resolves({ PolicyName: QUARANTINE_POLICY });
    lambda.on(ListEventSourceMappingsCommand).resolves({
      EventSourceMappings: [
        { UUID: 'own', State: 'Disabled', EventSourceArn: 'arn:aws:sqs:eu-west-1:1:Shop-clerk-normal' },
      ],
    });
    expect(await confinement(AGENT).gaps()).toEqual([]);
  });
});

describe('a client, a worker and a publisher', () => {
  it('have every role, user and group with their policy denied all of the application, and nothing elsewhere', async () => {
    expect(await confinement(CLIENT).deny()).toBe('denied: role web-task, user ann, group staff');
    for (const command of [PutRolePolicyCommand, PutUserPolicyCommand, PutGroupPolicyCommand]) {
      const [call] = iam.commandCalls(command as typeof PutRolePolicyCommand);
      expect(documentOf(call?.args[0].input ?? {})).toMatchObject({
        Statement: [{ Effect: 'Deny', Action: '*', Resource: APPLICATION }],
      });
    }
  });

  it('have the refusal taken away again, also where it is gone already', async () => {
    iam.on(DeleteRolePolicyCommand).rejects(Object.assign(new Error('none'), { name: 'NoSuchEntityException' }));
    expect(await confinement(CLIENT).allow()).toBe('no longer denied: role web-task, user ann, group staff');
  });

  it('are not cut off while one of them is not denied', async () => {
    iam.on(GetUserPolicyCommand).rejects(Object.assign(new Error('none'), { name: 'NoSuchEntityException' }));
    expect(await confinement(CLIENT).gaps()).toEqual(['user ann is not denied']);
  });

  it('are nobody where the policy is attached to nothing', async () => {
    iam.on(ListEntitiesForPolicyCommand).resolves({});
    expect(await confinement(CLIENT).deny()).toContain('nobody to deny');
  });
});

it('an ingress keeps its events in the queues of its function, also after its release: others wait there', async () => {
  const ingress = confinement({ ...CLIENT, queuesOf: 'Shop-ingress' });
  await ingress.keep();
  await ingress.keepAsBefore();
  expect(sqs.commandCalls(SetQueueAttributesCommand)).toHaveLength(2);
});

it('what AWS refuses is told with what was tried, and no policy counts as gone for that', async () => {
  iam.on(DeleteRolePolicyCommand).rejects(Object.assign(new Error('not you'), { name: 'AccessDenied' }));
  await expect(confinement(AGENT).allow()).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('no longer denying role clerk-role') as unknown,
  });
});
