import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { readOrPass, type UnreadableRows } from '../../../domain/form/passed-over.js';
import { anyText, count, inForm, instant } from '../../../domain/form/shapes.js';
import type { Drain } from '../../../domain/registry/drain.js';
import { WATCHED_RESOURCES } from '../../../domain/registry/health-limits.js';
import type { AgentHealth } from '../../../domain/registry/health.js';
import {
  beaten,
  checkRegistration,
  claimForm,
  MOST_INSTANCES,
  registered,
  type Heartbeat,
  type InstanceClaim,
  type InstanceName,
  type Registration,
} from '../../../domain/registry/instance.js';
import { AGENT_STATUSES } from '../../../domain/registry/lifecycle.js';
import { REGISTRY_KEPT_MS, type RegisteredAgent, type Registry } from '../../../domain/registry/registry.js';
import type { InstanceStanding } from '../../../domain/registry/standing.js';
import { available, isConditionFailed } from '../../base/aws-error.js';
import type { Item } from '../attribute-values.js';
import { claimsKey, DRAIN, HEALTH_KEY, STANDING, wordKey } from './registry-keys.js';

const standingForm = z.looseObject({
  ...{ agent: anyText, instance: anyText, cause: anyText },
  ...{ status: z.enum(AGENT_STATUSES), from: z.enum(AGENT_STATUSES).optional(), told: z.boolean() },
  ...{ since: instant, looked: instant, heard: instant, waitingSince: instant.optional() },
  ...{ transition: count, epoch: count, beat: count },
});

const healthForm = z.looseObject({
  ...{ agent: anyText, state: z.enum(['up', 'down']), since: instant, cause: anyText.optional() },
  ...{ above: z.array(z.enum(WATCHED_RESOURCES)), changes: count },
  untold: z.array(z.looseObject({ kind: z.enum(['down', 'back', 'threshold']), number: count, since: instant })),
});

const drainForm = z.looseObject({
  agent: anyText,
  by: anyText,
  why: anyText,
  since: instant,
  emergency: z.string().optional(),
});

/** Attempts of a registration that loses against others of the same name. */
const TRIES = 5;

/**
 * Registry in a table of its own: it changes every half minute, and no stream is to carry that. What instances say stands in
 * partitions that their agent's role may write, what is said of them in others. A heartbeat is one conditional write.
 */
export class DynamoRegistry implements Registry {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly passedOver: UnreadableRows,
    private readonly now: () => number = Date.now,
  ) {}

  async register(registration: Registration): Promise<InstanceClaim> {
    checkRegistration(registration);
    for (let tries = 1; ; tries += 1) {
      const before = await this.#claimOf(registration);
      const claim = registered(registration, before);
      const unchanged =
        before === undefined
          ? { if: 'attribute_not_exists(pk) OR #ttl <= :now', values: { ':now': this.#ttl(0) } }
          : { if: 'epoch = :epoch', values: { ':epoch': before.epoch } };
      if (await this.#put(claimItem(claim, this.#ttl()), unchanged)) return claim;
      if (tries === TRIES) await this.#lost(registration);
    }
  }

  async beat(heartbeat: Heartbeat): Promise<void> {
    const { application, epoch, beat, at, state, currentTasks, report = {} } = heartbeat;
    const command = new UpdateCommand({
      TableName: this.table,
      Key: claimKey(heartbeat),
      UpdateExpression:
        'SET beat = :beat, #at = :at, #state = :state, currentTasks = :tasks, #report = :report, #ttl = :ttl',
      ConditionExpression: 'application = :application AND epoch = :epoch AND #state <> :gone AND #ttl > :now',
      ExpressionAttributeNames: { '#at': 'at', '#state': 'state', '#report': 'report', '#ttl': 'ttl' },
      ExpressionAttributeValues: {
        ...{ ':application': application, ':epoch': epoch, ':beat': beat, ':at': at, ':state': state },
        ...{ ':tasks': currentTasks, ':report': report, ':ttl': this.#ttl(), ':gone': 'gone', ':now': this.#ttl(0) },
      },
    });
    try {
      await available(`a heartbeat of ${heartbeat.instance}`, this.client.send(command));
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      // The decision says why; where the row has changed meanwhile, the next heartbeat finds out.
      beaten(heartbeat, await this.#claimOf(heartbeat));
    }
  }

  async drainsOf(agent: string): Promise<readonly Drain[]> {
    const items = await this.#rows(wordKey(agent), DRAIN);
    return items.flatMap((item) => this.#read(item, drainFrom) ?? []);
  }

  async of(agent: string): Promise<RegisteredAgent> {
    const [claims, word] = await Promise.all([this.#rows(claimsKey(agent)), this.#rows(wordKey(agent))]);
    const standings = word.filter(({ sk }) => String(sk).startsWith(STANDING));
    return {
      claims: claims.flatMap((item) => this.#read(item, (one) => claimFrom(one, agent)) ?? []),
      standings: standings.flatMap((item) => this.#read(item, standingFrom) ?? []),
      drains: word.flatMap((item) => (standings.includes(item) ? [] : (this.#read(item, drainFrom) ?? []))),
    };
  }

  async stand(standing: InstanceStanding, before: InstanceStanding | undefined): Promise<boolean> {
    const unchanged =
      before === undefined
        ? { if: 'attribute_not_exists(pk) OR #ttl <= :now', values: { ':now': this.#ttl(0) } }
        : {
            if: 'looked = :looked AND transition = :transition',
            values: { ':looked': before.looked, ':transition': before.transition },
          };
    return this.#put({ ...standingKey(standing), ...standing, ttl: this.#ttl() }, unchanged);
  }

  async told(standing: InstanceStanding): Promise<void> {
    const command = new UpdateCommand({
      TableName: this.table,
      Key: standingKey(standing),
      UpdateExpression: 'SET told = :true',
      ConditionExpression: 'transition = :transition',
      ExpressionAttributeValues: { ':true': true, ':transition': standing.transition },
    });
    try {
      await available(`noting that ${standing.instance} was announced`, this.client.send(command));
    } catch (error) {
      // The next transition is there already.
      if (!isConditionFailed(error)) throw error;
    }
  }

  async health(): Promise<readonly AgentHealth[]> {
    const items: Item[] = [];
    // One row for each agent: none is left out, however many there are.
    for (let after: Item | undefined; ;) {
      const page = await this.#page(HEALTH_KEY, { isConsistent: false, after });
      items.push(...page.items);
      after = page.after;
      if (after === undefined) return items.flatMap((item) => this.#read(item, healthFrom) ?? []);
    }
  }

  async assess(health: AgentHealth, before: AgentHealth | undefined): Promise<boolean> {
    const unchanged =
      before === undefined
        ? { if: 'attribute_not_exists(pk)' }
        : {
            if: 'changes = :changes AND size(untold) = :untold',
            values: { ':changes': before.changes, ':untold': before.untold.length },
          };
    return this.#put({ pk: HEALTH_KEY, sk: health.agent, ...health }, unchanged);
  }

  async drain(drain: Drain): Promise<Drain> {
    const item = { ...drainKey(drain), ...drain };
    // That of an emergency gives way to an operator's own.
    const free = `attribute_not_exists(pk)${drain.emergency === undefined ? ' OR attribute_exists(emergency)' : ''}`;
    if (await this.#put(item, { if: free })) return drain;
    return (await this.drainsOf(drain.agent)).find(({ instance }) => instance === drain.instance) ?? drain;
  }

  async resume(of: Pick<Drain, 'agent' | 'instance'>): Promise<Drain | undefined> {
    const { Attributes } = await available(
      `ending the drain of ${of.instance ?? of.agent}`,
      this.client.send(new DeleteCommand({ TableName: this.table, Key: drainKey(of), ReturnValues: 'ALL_OLD' })),
    );
    return Attributes && drainFrom(Attributes);
  }

  async #claimOf(name: InstanceName): Promise<InstanceClaim | undefined> {
    const { Item } = await available(
      `reading the claim of ${name.instance}`,
      this.client.send(new GetCommand({ TableName: this.table, Key: claimKey(name), ConsistentRead: true })),
    );
    if (!Item || this.#isOver(Item)) return undefined;
    return claimFrom(Item, name.agent);
  }

  /** Rows of a partition that have not ended, of which DynamoDB may not have deleted some yet; of claims at most as many as count. */
  async #rows(pk: string, prefix = ''): Promise<readonly Item[]> {
    const { items } = await this.#page(pk, { prefix });
    return items.slice(0, pk.startsWith('agent.') ? MOST_INSTANCES : undefined);
  }

  async #page(
    pk: string,
    { prefix = '', isConsistent = true, after }: { prefix?: string; isConsistent?: boolean; after?: Item | undefined },
  ): Promise<{ readonly items: readonly Item[]; readonly after: Item | undefined }> {
    const { Items = [], LastEvaluatedKey } = await available(
      `reading ${pk} in the registry`,
      this.client.send(
        new QueryCommand({
          TableName: this.table,
          KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': pk, ...(prefix !== '' && { ':prefix': prefix }) },
          ConsistentRead: isConsistent,
          ExclusiveStartKey: after,
          Limit: 2 * MOST_INSTANCES,
        }),
      ),
    );
    return { items: (Items as Item[]).filter((item) => !this.#isOver(item)), after: LastEvaluatedKey };
  }

  #read<Value>(item: Item, decode: (item: Item) => Value): Value | undefined {
    const where = `${String(item['pk'])} ${String(item['sk'])}`;
    return readOrPass(item, decode, () => ({ kind: 'registry row', where }), this.passedOver);
  }

  /** @returns false when the condition does not hold */
  async #put(
    item: Item,
    { if: condition, values }: { if: string; values?: Record<string, unknown> },
  ): Promise<boolean> {
    const command = new PutCommand({
      TableName: this.table,
      Item: item,
      ConditionExpression: condition,
      ...(condition.includes('#ttl') && { ExpressionAttributeNames: { '#ttl': 'ttl' } }),
      ...(values && { ExpressionAttributeValues: values }),
    });
    try {
      await available(`writing ${String(item['sk'])} into the registry`, this.client.send(command));
      return true;
    } catch (error) {
      if (isConditionFailed(error)) return false;
      throw error;
    }
  }

  async #lost({ instance, agent }: Registration): Promise<never> {
    const others = new Error(`${TRIES} others registered as '${instance}' of '${agent}' meanwhile`);
    return available(`registering ${instance}`, Promise.reject(others));
  }

  /** Seconds since 1970 at which a row that is written now ends. */
  #ttl(keptMs: number = REGISTRY_KEPT_MS): number {
    return Math.floor((this.now() + keptMs) / 1_000);
  }

  #isOver({ ttl }: Item): boolean {
    return typeof ttl === 'number' && ttl <= this.#ttl(0);
  }
}

function claimKey({ agent, instance }: InstanceName): { readonly pk: string; readonly sk: string } {
  return { pk: claimsKey(agent), sk: instance };
}

function standingKey({ agent, instance }: InstanceStanding): { readonly pk: string; readonly sk: string } {
  return { pk: wordKey(agent), sk: `${STANDING}${instance}` };
}

function drainKey({ agent, instance = '' }: Pick<Drain, 'agent' | 'instance'>) {
  return { pk: wordKey(agent), sk: `${DRAIN}${instance}` };
}

function claimItem(claim: InstanceClaim, ttl: number): Item {
  return { ...claimKey(claim), ...claim, ttl };
}

/** A claim under another agent's name than its key's would be somebody else's word. */
function claimFrom({ pk: _pk, sk, ttl: _ttl, ...facts }: Item, agent: string): InstanceClaim {
  return inForm(claimForm, { ...facts, agent, instance: sk } as unknown as InstanceClaim, 'the claim of an instance');
}

function standingFrom({ pk: _pk, sk: _sk, ttl: _ttl, ...facts }: Item): InstanceStanding {
  return inForm(standingForm, facts as unknown as InstanceStanding, 'the standing of an instance');
}

function healthFrom({ pk: _pk, sk: _sk, ...facts }: Item): AgentHealth {
  return inForm(healthForm, facts as unknown as AgentHealth, 'the health of an agent');
}

function drainFrom({ pk: _pk, sk: _sk, ...facts }: Item): Drain {
  return inForm(drainForm, facts as unknown as Drain, 'a drain');
}
