import { App } from 'aws-cdk-lib';
import { LanewayApplication } from 'laneway/cdk';
import { topology } from '../src/topology.js';

new LanewayApplication(new App(), 'MyApp', {
  topology,
  agents: './src', // finds <agent>/lambda.ts
});
