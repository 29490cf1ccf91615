import { App, RemovalPolicy } from 'aws-cdk-lib';
import { LanewayApplication } from 'laneway/cdk';
import { definitions } from './all-twins.js';
import { twins } from './topology.js';

/** The CDK application of the twins test: all its workflows at once. */
const app = new App();

new LanewayApplication(app, 'Twins', {
  topology: twins,
  topologyModule: './test/kit/applications/twins/topology.ts',
  workflows: definitions,
  agents: './test/kit/applications/twins',
  removalPolicy: RemovalPolicy.DESTROY,
});

app.synth();
