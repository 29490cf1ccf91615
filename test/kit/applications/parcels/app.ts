import { App, RemovalPolicy } from 'aws-cdk-lib';
import { LanewayApplication } from 'laneway/cdk';
import { parcels } from '../parcel-topology.js';

/** The CDK application of the integration tests; `parcels:witness` is the file that its agents write to, `parcels:tag` changes its functions. */
const app = new App();
const witness = String(app.node.tryGetContext('parcels:witness') ?? '/dev/null');
const tag: unknown = app.node.tryGetContext('parcels:tag');

new LanewayApplication(app, 'Parcels', {
  topology: parcels,
  topologyModule: './test/kit/applications/parcel-topology.ts',
  agents: './test/kit/applications/parcels',
  bind: {
    desk: { witness, ...(typeof tag === 'string' && { tag }) },
    stamper: { witness },
    wrapper: { paper: 'brown' },
  },
  removalPolicy: RemovalPolicy.DESTROY,
  busArchive: '7 days',
});

app.synth();
