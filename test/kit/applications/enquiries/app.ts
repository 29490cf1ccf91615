import { App, RemovalPolicy } from 'aws-cdk-lib';
import { LanewayApplication } from 'laneway/cdk';
import { enquiries } from '../enquiry-topology.js';
import { enquire, opinion } from '../enquiry-workflow.js';

/** The CDK application of the escalation test; `enquiries:witness` is the file that its agents write to. */
const app = new App();
const witness = String(app.node.tryGetContext('enquiries:witness') ?? '/dev/null');

new LanewayApplication(app, 'Enquiries', {
  topology: enquiries,
  topologyModule: './test/kit/applications/enquiry-topology.ts',
  workflows: [enquire, opinion],
  agents: './test/kit/applications/enquiries',
  bind: { sage: { witness }, deputy: { witness } },
  removalPolicy: RemovalPolicy.DESTROY,
});

app.synth();
