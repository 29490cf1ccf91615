import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { SFNClient, ListExecutionsCommand, DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { readFileSync } from 'node:fs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
const o=Object.assign({},...Object.values(JSON.parse(readFileSync('/tmp/outputs.json','utf8'))) as any);
const d=new DynamoDBClient({});
for (const t of [o.LedgerTable,o.PendingTable]) { const r=await d.send(new ScanCommand({TableName:t})); for (const i of r.Items??[]) console.log(JSON.stringify(unmarshall(i)).slice(0,420)); }
const s=new SFNClient({}); const l=await s.send(new ListExecutionsCommand({stateMachineArn:o.WorkflowMaintenance}));
for (const e of l.executions??[]) { const x=await s.send(new DescribeExecutionCommand({executionArn:e.executionArn})); console.log(x.name,x.status,x.output,x.error,x.cause); }
