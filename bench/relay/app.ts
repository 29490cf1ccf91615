import { App, RemovalPolicy } from 'aws-cdk-lib';
import { LanewayApplication } from 'laneway/cdk';
import { race, relay } from './topology.js';

/** The CDK application of `npm run bench -- workflows`. */
const app = new App();

new LanewayApplication(app, 'Relay', {
  topology: relay,
  workflows: [race],
  agents: './bench/relay',
  removalPolicy: RemovalPolicy.DESTROY,
});

app.synth();
