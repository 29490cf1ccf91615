import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendTaskSuccessCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { deployApp } from '../../infra/engines/deploy/deploy.js';
import type { EngineTarget } from '../../infra/engines/engine.js';

/** The hops that are measured bare; each from the moment a call begins to the moment a function has been started. */
export const HOPS = {
  publish: 'PutEvents from outside -> rule -> SQS -> function',
  message: 'PutEvents by a function -> rule -> SQS -> function',
  start: 'StartExecution -> first state -> function',
  resume: 'SendTaskSuccess -> next state -> function',
  end: 'SendTaskSuccess -> end -> status event -> rule -> SQS -> function',
} as const;
export type HopKind = keyof typeof HOPS;

/** Milliseconds of each hop, one round. */
export type Round = Readonly<Record<HopKind, readonly number[]>>;

/** Messages that follow the first of a round, each sent by the function that the one before started. */
const FOLLOWING = 3;

const PAUSE_MS = 100;
const GIVE_UP_MS = 30_000;

/**
 * Deploys the bare hops beside whatever is measured. A round sends a message that others follow, and one execution
 * through two steps; the times were noted by the functions and are read when the hop is over, so that reading disturbs nothing.
 */
export async function bareHops(target: EngineTarget, signal: AbortSignal): Promise<() => Promise<Round>> {
  const outputs = await deployApp({
    target,
    signal,
    directory: join(import.meta.dirname, '../..'),
    app: 'node --conditions=laneway-source --import tsx bench/bare-hops/app.ts',
    assembly: join('.laneway', 'cdk.out-bare-hops'),
  });
  const output = (key: string): string => {
    const value = outputs['BareHops']?.[key];
    if (value === undefined) throw new Error(`the stack BareHops has no output ${key}`);
    return value;
  };
  const [bus, machine, table] = [output('BusName'), output('MachineArn'), output('TableName')];
  const events = new EventBridgeClient({});
  const steps = new SFNClient({});
  const items = new DynamoDBClient({});

  const started = async (pk: string): Promise<{ at: number; sent: number; token: string }> => {
    for (const giveUp = Date.now() + GIVE_UP_MS; Date.now() < giveUp;) {
      await sleep(PAUSE_MS, undefined, { signal });
      const { Item } = await items.send(
        new GetItemCommand({ TableName: table, Key: { pk: { S: pk } }, ConsistentRead: true }),
      );
      const { at, sent, token } = Item ?? {};
      if (at?.N !== undefined) return { at: Number(at.N), sent: Number(sent?.N), token: token?.S ?? '' };
    }
    throw new Error(`the bare hop '${pk}' did not arrive within ${GIVE_UP_MS} ms`);
  };
  const since = async <Result>(begin: () => Promise<unknown>, read: () => Promise<Result & { at: number }>) => {
    const began = Date.now();
    await begin();
    const found = await read();
    return { ...found, ms: found.at - began };
  };
  const answer = (taskToken: string) => () =>
    steps.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify({ answered: true }) }));

  return async () => {
    const id = randomUUID();
    const Entries = [
      {
        EventBusName: bus,
        Source: 'bare-hops',
        DetailType: 'Hop',
        Detail: JSON.stringify({ id, left: FOLLOWING, padding }),
      },
    ];
    const message = await since(
      () => events.send(new PutEventsCommand({ Entries })),
      () => started(`${id} ${FOLLOWING}`),
    );
    const following: number[] = [];
    for (let left = FOLLOWING - 1, { sent } = message; left >= 0; left -= 1) {
      const next = await started(`${id} ${left}`);
      following.push(next.at - sent);
      sent = next.sent;
    }
    const first = await since(
      () => steps.send(new StartExecutionCommand({ stateMachineArn: machine, name: id, input: '{}' })),
      () => started(`${id} first`),
    );
    const second = await since(answer(first.token), () => started(`${id} second`));
    const ended = await since(answer(second.token), () => started(`${id} ended`));
    return { publish: [message.ms], message: following, start: [first.ms], resume: [second.ms], end: [ended.ms] };
  };
}

/** About what an envelope with a payload of the vehicle application weighs. */
const padding = 'x'.repeat(1_500);
