import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendTaskSuccessCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { deployApp } from '../../infra/engines/deploy.js';
import type { EngineTarget } from '../../infra/engines/engine.js';

/** The hops that are measured bare; each from the moment a call begins to the moment a function has been started. */
export const HOPS = {
  message: 'PutEvents -> rule -> SQS -> function',
  start: 'StartExecution -> first state -> function',
  resume: 'SendTaskSuccess -> next state -> function',
  end: 'SendTaskSuccess -> end -> status event -> rule -> SQS -> function',
} as const;
export type Hop = keyof typeof HOPS;

/** Milliseconds of each hop, one round. */
export type Round = Readonly<Record<Hop, number>>;

const PAUSE_MS = 100;
const GIVE_UP_MS = 30_000;

/**
 * Deploys the bare hops beside whatever is measured. A round sends one message, and one execution through two steps; the
 * times were noted by the functions and are read when the hop is over, so that reading disturbs nothing.
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

  const started = async (pk: string): Promise<{ at: number; token: string }> => {
    for (const giveUp = Date.now() + GIVE_UP_MS; Date.now() < giveUp;) {
      await sleep(PAUSE_MS, undefined, { signal });
      const { Item } = await items.send(
        new GetItemCommand({ TableName: table, Key: { pk: { S: pk } }, ConsistentRead: true }),
      );
      if (Item?.['at']?.N !== undefined) return { at: Number(Item['at'].N), token: Item['token']?.S ?? '' };
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
      { EventBusName: bus, Source: 'bare-hops', DetailType: 'Hop', Detail: JSON.stringify({ id, padding }) },
    ];
    const message = await since(
      () => events.send(new PutEventsCommand({ Entries })),
      () => started(`${id} message`),
    );
    const first = await since(
      () => steps.send(new StartExecutionCommand({ stateMachineArn: machine, name: id, input: '{}' })),
      () => started(`${id} first`),
    );
    const second = await since(answer(first.token), () => started(`${id} second`));
    const ended = await since(answer(second.token), () => started(`${id} ended`));
    return { message: message.ms, start: first.ms, resume: second.ms, end: ended.ms };
  };
}

/** About what an envelope with a payload of the vehicle application weighs. */
const padding = 'x'.repeat(1_500);
