import {
  DeleteGroupPolicyCommand,
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  GetGroupPolicyCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  paginateListEntitiesForPolicy,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import {
  GetFunctionConfigurationCommand,
  paginateListEventSourceMappings,
  UpdateEventSourceMappingCommand,
  type EventSourceMappingConfiguration,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, SetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { LANE_RETENTION_DAYS } from '../../domain/delivery/lane-retention.js';
import type { Confinement } from '../../domain/quarantine/confinement.js';
import { awsCode, isDenied, unavailable } from '../base/aws-error.js';

/** Name of the inline policy by which a role, a user or a group is denied. */
export const QUARANTINE_POLICY = 'LanewayQuarantine';

/** Seconds for which queues keep messages in a quarantine: the most that SQS does. */
const KEPT_SECONDS = 14 * 86_400;
const USUAL_SECONDS = LANE_RETENTION_DAYS * 86_400;

/** Clients of the services by which a party is cut off. */
export interface ConfinementClients {
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
  readonly sqs: SQSClient;
  /** Finds the URL of a queue by its ARN. */
  readonly queueUrl: (arn: string) => Promise<string>;
}

/** The parts of a deployment that belong to a party. */
export interface ConfinedPlace {
  /** Function of an agent, whose role is denied everything. */
  readonly functionName?: string | undefined;
  /** Managed policy of a worker, a client or a publisher: whatever it is attached to is denied. */
  readonly policyArn?: string | undefined;
  /** ARNs, with `*`, of all that is the application's. */
  readonly application: readonly string[];
  /** Lanes of an agent, which its function is not to receive from. */
  readonly lanes: readonly string[];
  /** Function whose queues keep messages for 14 days, where they are not the lanes. */
  readonly queuesOf?: string | undefined;
}

/** A role, user or group that works for the party. */
interface Principal {
  readonly kind: 'role' | 'user' | 'group';
  readonly name: string;
}

/**
 * Cuts a party off on AWS by what it cannot change: an inline policy that denies, on every role, user and group that works for
 * it, and event source mappings that are disabled. The policy holds for sessions that were issued before, within seconds. Policies and mappings that a
 * deployment made are left as they are, so that a deployment does not undo it.
 */
export class IamConfinement implements Confinement {
  constructor(
    private readonly clients: ConfinementClients,
    private readonly place: ConfinedPlace,
  ) {}

  async deny(): Promise<string> {
    const principals = await this.#principals();
    for (const principal of principals) await this.#put(principal);
    if (principals.length > 0) return `denied: ${principals.map(named).join(', ')}`;
    return 'nothing has its policy attached: there is nobody to deny';
  }

  async allow(): Promise<string> {
    const principals = await this.#principals();
    for (const principal of principals) await this.#delete(principal);
    return principals.length === 0 ? 'nobody was denied' : `no longer denied: ${principals.map(named).join(', ')}`;
  }

  async pause(): Promise<string> {
    const mappings = await this.#receiving(false);
    if (this.place.functionName === undefined) return 'no function receives for it';
    return `${this.place.functionName} receives from none of its lanes: ${mappings}`;
  }

  async resume(): Promise<string> {
    const mappings = await this.#receiving(true);
    if (this.place.functionName === undefined) return 'no function receives for it';
    return `${this.place.functionName} receives from its lanes: ${mappings}`;
  }

  async keep(): Promise<string> {
    const queues = await this.#queues();
    for (const url of queues) await this.#retain(url, KEPT_SECONDS);
    return queues.length === 0 ? 'nothing waits for it' : `messages are kept for 14 days, in queues: ${queues.length}`;
  }

  async keepAsBefore(): Promise<string> {
    // That of the ingress is of every ingress, and keeps what it has for as long as queues can in any case.
    if (this.place.queuesOf !== undefined) return 'messages are kept for 14 days';
    const queues = await this.#queues();
    const waiting: string[] = [];
    for (const url of queues) {
      if (await this.#isEmpty(url)) await this.#retain(url, USUAL_SECONDS);
      else waiting.push(url.split('/').at(-1) ?? url);
    }
    if (waiting.length === 0) return `messages are kept for ${LANE_RETENTION_DAYS} days, in queues: ${queues.length}`;
    return `messages wait in ${waiting.join(', ')}: kept for 14 days until this is repeated`;
  }

  async gaps(): Promise<readonly string[]> {
    const principals = await this.#principals();
    const open = await Promise.all(principals.map(async (one) => ((await this.#isDenied(one)) ? [] : [one])));
    const mappings = (await this.#mappings()).filter(({ State }) => State !== 'Disabled' && State !== 'Disabling');
    return [
      ...open.flat().map((one) => `${named(one)} is not denied`),
      ...mappings.map(({ EventSourceArn = '' }) => `${EventSourceArn.split(':').at(-1) ?? ''} is received from`),
    ];
  }

  async #principals(): Promise<readonly Principal[]> {
    const { functionName, policyArn } = this.place;
    const { iam, lambda } = this.clients;
    const principals: Principal[] = [];
    if (functionName !== undefined) {
      const { Role = '' } = await asked(
        `the role of ${functionName}`,
        lambda.send(new GetFunctionConfigurationCommand({ FunctionName: functionName })),
      );
      principals.push({ kind: 'role', name: Role.split('/').at(-1) ?? Role });
    }
    if (policyArn === undefined) return principals;
    await asked(
      'who has its policy attached',
      (async () => {
        for await (const page of paginateListEntitiesForPolicy({ client: iam }, { PolicyArn: policyArn })) {
          for (const { RoleName: name } of page.PolicyRoles ?? []) if (name) principals.push({ kind: 'role', name });
          for (const { UserName: name } of page.PolicyUsers ?? []) if (name) principals.push({ kind: 'user', name });
          for (const { GroupName: name } of page.PolicyGroups ?? []) if (name) principals.push({ kind: 'group', name });
        }
      })(),
    );
    return principals;
  }

  /** The role of an agent's function is its alone. Others may have work elsewhere, which is not ours to stop. */
  #document(): string {
    const { application, functionName } = this.place;
    const Resource = functionName === undefined ? application : '*';
    return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource }] });
  }

  async #put({ kind, name }: Principal): Promise<void> {
    const { iam } = this.clients;
    const policy = { PolicyName: QUARANTINE_POLICY, PolicyDocument: this.#document() };
    const call =
      kind === 'role'
        ? iam.send(new PutRolePolicyCommand({ RoleName: name, ...policy }))
        : kind === 'user'
          ? iam.send(new PutUserPolicyCommand({ UserName: name, ...policy }))
          : iam.send(new PutGroupPolicyCommand({ GroupName: name, ...policy }));
    await asked(`denying ${kind} ${name}`, call);
  }

  async #delete({ kind, name }: Principal): Promise<void> {
    const { iam } = this.clients;
    const policy = { PolicyName: QUARANTINE_POLICY };
    const call =
      kind === 'role'
        ? iam.send(new DeleteRolePolicyCommand({ RoleName: name, ...policy }))
        : kind === 'user'
          ? iam.send(new DeleteUserPolicyCommand({ UserName: name, ...policy }))
          : iam.send(new DeleteGroupPolicyCommand({ GroupName: name, ...policy }));
    await asked(`no longer denying ${kind} ${name}`, unlessGone(call));
  }

  async #isDenied({ kind, name }: Principal): Promise<boolean> {
    const { iam } = this.clients;
    const policy = { PolicyName: QUARANTINE_POLICY };
    const call: Promise<unknown> =
      kind === 'role'
        ? iam.send(new GetRolePolicyCommand({ RoleName: name, ...policy }))
        : kind === 'user'
          ? iam.send(new GetUserPolicyCommand({ UserName: name, ...policy }))
          : iam.send(new GetGroupPolicyCommand({ GroupName: name, ...policy }));
    return (await asked(`whether ${kind} ${name} is denied`, unlessGone(call))) !== undefined;
  }

  /** Mappings of its lanes to its function. */
  async #mappings() {
    const { functionName, lanes } = this.place;
    if (functionName === undefined) return [];
    const own = new Set(lanes.map((url) => url.split('/').at(-1)));
    return (await this.#mappingsOf(functionName)).filter(({ EventSourceArn = '' }) =>
      own.has(EventSourceArn.split(':').at(-1)),
    );
  }

  #mappingsOf(FunctionName: string) {
    const list = async () => {
      const found: EventSourceMappingConfiguration[] = [];
      for await (const page of paginateListEventSourceMappings({ client: this.clients.lambda }, { FunctionName }))
        found.push(...(page.EventSourceMappings ?? []));
      return found;
    };
    return asked(`what ${FunctionName} receives from`, list());
  }

  /** @returns the number of its mappings */
  async #receiving(Enabled: boolean): Promise<number> {
    const mappings = await this.#mappings();
    for (const { UUID, EventSourceArn = '' } of mappings)
      await asked(
        `${Enabled ? 'enabling' : 'disabling'} the mapping of ${EventSourceArn.split(':').at(-1) ?? ''}`,
        this.clients.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled })),
      );
    return mappings.length;
  }

  /** Queues in which messages wait for it. */
  async #queues(): Promise<readonly string[]> {
    const { lanes, queuesOf } = this.place;
    if (queuesOf === undefined) return lanes;
    const mappings = await this.#mappingsOf(queuesOf);
    return Promise.all(mappings.map(({ EventSourceArn = '' }) => this.clients.queueUrl(EventSourceArn)));
  }

  async #retain(QueueUrl: string, seconds: number): Promise<void> {
    const Attributes = { MessageRetentionPeriod: String(seconds) };
    await asked(
      `how long ${QueueUrl} keeps messages`,
      this.clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes })),
    );
  }

  async #isEmpty(QueueUrl: string): Promise<boolean> {
    const { Attributes = {} } = await asked(
      `what waits in ${QueueUrl}`,
      this.clients.sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl,
          AttributeNames: [
            'ApproximateNumberOfMessages',
            'ApproximateNumberOfMessagesNotVisible',
            'ApproximateNumberOfMessagesDelayed',
          ],
        }),
      ),
    );
    return Object.values(Attributes).every((count) => count === '0');
  }
}

function named({ kind, name }: Principal): string {
  return `${kind} ${name}`;
}

/** @throws LanewayError UNAVAILABLE, with what was asked for and what AWS said */
async function asked<Result>(what: string, call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    throw unavailable(what, error);
  }
}

/** Undefined when the policy is not there, or its holder is gone. */
async function unlessGone<Result>(call: Promise<Result>): Promise<Result | undefined> {
  try {
    return await call;
  } catch (error) {
    if (!isDenied(error) && /^NoSuchEntity/.test(awsCode(error))) return undefined;
    throw error;
  }
}
