import { App, RemovalPolicy } from 'aws-cdk-lib';
import { LanewayApplication } from 'laneway/cdk';
import { harbour } from '../harbour-topology.js';

/** The CDK application of the emergency's test; `harbour:witness` is the file that its agents write to. */
const app = new App();
const witness = String(app.node.tryGetContext('harbour:witness') ?? '/dev/null');

new LanewayApplication(app, 'Harbour', {
  topology: harbour,
  topologyModule: './test/kit/applications/harbour-topology.ts',
  agents: './test/kit/applications/harbour',
  bind: { keeper: { witness }, crane: { witness }, boat: { witness } },
  removalPolicy: RemovalPolicy.DESTROY,
});

app.synth();
