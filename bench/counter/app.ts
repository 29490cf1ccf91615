import { App, RemovalPolicy } from 'aws-cdk-lib';
import { LanewayApplication } from 'laneway/cdk';
import { CLERKS, counter } from './topology.js';

/** The CDK application of the worker's bench and row. `counter:notes` is the file in which its agents note what they do. */
const app = new App();
const own = { notes: String(app.node.tryGetContext('counter:notes') ?? '-') };

new LanewayApplication(app, 'Counter', {
  topology: counter,
  agents: './bench/counter',
  bind: Object.fromEntries([...CLERKS, 'book' as const].map((agent) => [agent, own])),
  removalPolicy: RemovalPolicy.DESTROY,
});

app.synth();
