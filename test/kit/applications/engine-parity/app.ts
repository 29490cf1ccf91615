import { App, RemovalPolicy } from 'aws-cdk-lib';
import { LanewayApplication } from 'laneway/cdk';
import { definitions } from './parity-cases.js';
import { parity } from './topology.js';

/** The CDK application of the engine parity test: all its workflows at once. */
const app = new App();

new LanewayApplication(app, 'EngineParity', {
  topology: parity,
  topologyModule: './test/kit/applications/engine-parity/topology.ts',
  workflows: definitions,
  agents: './test/kit/applications/engine-parity',
  removalPolicy: RemovalPolicy.DESTROY,
});

app.synth();
