import { App, RemovalPolicy } from 'aws-cdk-lib';
import { LanewayApplication } from 'laneway/cdk';
import { errand, errands, leaflets } from '../errand-topology.js';

/** The CDK application of the retry test; `errands:witness` is the file that its agent writes to. */
const app = new App();

new LanewayApplication(app, 'Errands', {
  topology: errands,
  topologyModule: './test/kit/applications/errand-topology.ts',
  workflows: [errand, leaflets],
  agents: './test/kit/applications/errands',
  bind: { runner: { witness: String(app.node.tryGetContext('errands:witness') ?? '/dev/null') } },
  removalPolicy: RemovalPolicy.DESTROY,
});

app.synth();
