import { App } from 'aws-cdk-lib';
import { LanewayApplication } from 'laneway/cdk';
import { topology } from '../src/topology.js';
import { expense } from '../src/workflows/expense.js';

new LanewayApplication(new App(), 'MyApp', {
  topology,
  workflows: [expense],
  agents: './src', // finds <agent>/lambda.ts
});
