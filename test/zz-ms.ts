import { readFileSync } from 'node:fs';
import { LambdaClient, CreateFunctionCommand } from '@aws-sdk/client-lambda';
import { SFNClient, CreateStateMachineCommand, StartExecutionCommand, DescribeExecutionCommand, GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import { maintenance } from './support/workflow-fixtures.js';
const endpoint = process.env['EP']!;
const c = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
const lambda = new LambdaClient(c), sfn = new SFNClient(c);
const f = await lambda.send(new CreateFunctionCommand({ FunctionName: 'disp', Runtime: 'nodejs20.x', Role: 'arn:aws:iam::000000000000:role/r', Handler: 'index.handler', Code: { ZipFile: readFileSync('/tmp/wf-ms/f.zip') }, Environment: { Variables: { ENDPOINT: endpoint } } }));
const sm = await sfn.send(new CreateStateMachineCommand({ name: 'm', definition: JSON.stringify(branchesAsMap(maintenance.asl)).replaceAll('${DispatcherArn}', f.FunctionArn!), roleArn: 'arn:aws:iam::000000000000:role/r', type: 'STANDARD' }));
const count: Record<string, number> = {};
await Promise.all(Array.from({ length: 150 }, async (_, i) => {
    const ex = await sfn.send(new StartExecutionCommand({ stateMachineArn: sm.stateMachineArn!, name: `e-${i}`, input: JSON.stringify({ generation: 0, message: { id: 'm', type: 'Reported', source: 's', time: 't', correlationid: 'c', priority: 'normal', hops: 0, subject: 'critical', data: { vin: 'V1', urgent: true, tags: ['one'], readings: [{ name: 'oil', value: 1 }] } } }) }));
    let d; const t = Date.now();
    do { await new Promise((r) => setTimeout(r, 500)); d = await sfn.send(new DescribeExecutionCommand({ executionArn: ex.executionArn! })); } while (d.status === 'RUNNING' && Date.now() - t < 60000);
    const h = await sfn.send(new GetExecutionHistoryCommand({ executionArn: ex.executionArn!, maxResults: 1000 }));
    const k = d.status + ' ' + (d.output ?? d.error ?? '') + h.events!.filter((e) => e.stateEnteredEventDetails).map((e) => e.stateEnteredEventDetails!.name).slice(-2).join(' > ');
    count[k] = (count[k] ?? 0) + 1;
}));
console.log(count);

import { branchesAsMap } from '../shared/workflow/branches-as-map.js';
