import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient({});

interface StepInput {
  readonly execution: string;
  readonly step: string;
  readonly token: string;
}
type HopEvent = StepInput | { readonly Records: readonly { readonly body: string }[] };

/** Notes when it was started, and for what. One line of log, because an engine answers later for a silent function. */
export const handler = async (event: HopEvent): Promise<void> => {
  const at = String(Date.now());
  const marks = 'Records' in event ? event.Records.map(({ body }) => markOf(body)) : [markOfStep(event)];
  await Promise.all(
    marks.map(({ pk, token }) =>
      client.send(
        new PutItemCommand({
          TableName: process.env['TABLE'],
          Item: { pk: { S: pk }, at: { N: at }, ...(token === undefined ? {} : { token: { S: token } }) },
        }),
      ),
    ),
  );
  console.log(JSON.stringify({ at, marks: marks.map(({ pk }) => pk) }));
};

interface Mark {
  readonly pk: string;
  readonly token?: string;
}

/** An event of the bench names its id, the end of an execution the execution's. */
function markOf(body: string): Mark {
  const { detail } = JSON.parse(body) as { detail: { id?: string; name?: string } };
  return detail.id === undefined ? { pk: `${detail.name ?? ''} ended` } : { pk: `${detail.id} message` };
}

const markOfStep = ({ execution, step, token }: StepInput): Mark => ({ pk: `${execution} ${step}`, token });
