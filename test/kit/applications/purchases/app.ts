import { fileURLToPath } from 'node:url';
import { App, RemovalPolicy } from 'aws-cdk-lib';
import { LanewayApplication } from 'laneway/cdk';
import { purchases } from '../purchase-topology.js';
import { first, second } from './workflows.js';

/**
 * The CDK application of the approval test, run from any folder: `app.ts <release> <folder>`, the release 1 or 2, the folder
 * that of the files which its agents write to.
 */
const [release = '1', folder = '/dev'] = process.argv.slice(2);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const app = new App();

new LanewayApplication(app, 'Purchases', {
  topology: purchases,
  topologyModule: here('../purchase-topology.ts'),
  workflows: [release === '1' ? first : second],
  agents: here('.'),
  approvalLinks: true,
  bind: { buyer: { witness: `${folder}/witness` }, mailer: { mails: `${folder}/mails` } },
  removalPolicy: RemovalPolicy.DESTROY,
});

app.synth();
