import { DynamoDBClient, PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

const items = new DynamoDBClient({});
const events = new EventBridgeClient({});

interface Step {
  readonly execution: string;
  readonly step: string;
  readonly token: string;
}
interface Message {
  readonly id: string;
  /** Messages that are to follow this one, each sent by the function that the one before started. */
  readonly left: number;
  readonly padding: string;
}
type HopEvent = Step | { readonly Records: readonly { readonly body: string }[] };

/**
 * Sends the next message, if there is to be one, and notes when it was started and when it sent. One line of log, because
 * an engine answers later for a silent function.
 */
export const handler = async (event: HopEvent): Promise<void> => {
  const at = Date.now();
  if (!('Records' in event)) await note(`${event.execution} ${event.step}`, at, { token: { S: event.token } });
  else {
    for (const { body } of event.Records) {
      const { detail } = JSON.parse(body) as { detail: Message | { readonly name: string } };
      await ('name' in detail ? note(`${detail.name} ended`, at) : pass(detail, at));
    }
  }
  console.log(JSON.stringify({ at }));
};

async function pass(message: Message, at: number): Promise<void> {
  const sent = Date.now();
  if (message.left > 0) {
    const Detail = JSON.stringify({ ...message, left: message.left - 1 });
    const entry = { EventBusName: process.env['BUS'], Source: 'bare-hops', DetailType: 'Hop', Detail };
    await events.send(new PutEventsCommand({ Entries: [entry] }));
  }
  await note(`${message.id} ${message.left}`, at, { sent: { N: String(sent) } });
}

async function note(pk: string, at: number, more: Record<string, AttributeValue> = {}): Promise<void> {
  const Item = { pk: { S: pk }, at: { N: String(at) }, ...more };
  await items.send(new PutItemCommand({ TableName: process.env['TABLE'], Item }));
}
