import { App, RemovalPolicy } from 'aws-cdk-lib';
import { LanewayApplication } from 'laneway/cdk';
import { bookTrip, travel } from '../trip-topology.js';
import { hastyTrip, ponderTrip } from './workflows.js';

/** The CDK application of the saga test; `trips:witness` is the file that its agent writes to. */
const app = new App();

new LanewayApplication(app, 'Trips', {
  topology: travel,
  topologyModule: './test/kit/applications/trip-topology.ts',
  workflows: [bookTrip, ponderTrip, hastyTrip],
  agents: './test/kit/applications/trips',
  bind: { agency: { witness: String(app.node.tryGetContext('trips:witness') ?? '/dev/null') } },
  removalPolicy: RemovalPolicy.DESTROY,
});

app.synth();
