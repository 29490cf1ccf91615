import { App, RemovalPolicy } from 'aws-cdk-lib';
import { LanewayApplication } from 'laneway/cdk';
import { parcels } from '../parcel-topology.js';

/** The CDK application of the integration tests; `parcels:witness` is the file that its agents write to. */
const app = new App();
const witness = String(app.node.tryGetContext('parcels:witness') ?? '/dev/null');

new LanewayApplication(app, 'Parcels', {
  topology: parcels,
  topologyModule: './test/kit/applications/parcel-topology.ts',
  agents: './test/kit/applications/parcels',
  bind: { desk: { witness }, stamper: { witness }, wrapper: { paper: 'brown' } },
  removalPolicy: RemovalPolicy.DESTROY,
  busArchive: '7 days',
});

app.synth();
