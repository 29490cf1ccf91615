import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';

interface Leg {
  readonly race: string;
  readonly leg: number;
  readonly baton: string;
  readonly token: string;
}
interface Batch {
  readonly Records: readonly { readonly body: string }[];
}

const events = new EventBridgeClient({});
const steps = new SFNClient({});

async function send(DetailType: string, detail: unknown): Promise<void> {
  const entry = { EventBusName: process.env['BUS'], Source: 'bare-relay', DetailType, Detail: JSON.stringify(detail) };
  await events.send(new PutEventsCommand({ Entries: [entry] }));
}

const detailsOf = ({ Records }: Batch): Leg[] =>
  Records.map(({ body }) => (JSON.parse(body) as { detail: Leg }).detail);

// Each writes one line, because an engine answers later for a silent function.

/** A state asks: the command goes on the bus. */
export const asker = async (leg: Leg): Promise<void> => {
  await send('RunLeg', leg);
  console.log(`asked ${leg.race} ${leg.leg}`);
};

/** The runner answers at once. */
export const runner = async (batch: Batch): Promise<void> => {
  for (const { token, leg, race } of detailsOf(batch)) await send('LegRun', { token, leg, race });
  console.log(`ran ${batch.Records.length}`);
};

/** The answer goes to the state that waits. */
export const replier = async (batch: Batch): Promise<void> => {
  for (const { token, leg } of detailsOf(batch))
    await steps.send(new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify({ leg }) }));
  console.log(`answered ${batch.Records.length}`);
};
