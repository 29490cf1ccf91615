import { App, RemovalPolicy } from 'aws-cdk-lib';
import { LanewayApplication } from 'laneway/cdk';
import { settle } from './claims/settle.js';
import { claims } from './claims/topology.js';

/** The agents' records, which a test reads: lines in files of this folder. */
const records = process.env['CLAIMS_RECORDS'] ?? process.cwd();

const app = new App();
new LanewayApplication(app, 'Claims', {
  topology: claims,
  workflows: [settle],
  agents: './claims',
  bind: {
    policies: { register: `${records}/policies.txt` },
    appraiser: { notebook: `${records}/notebook.txt` },
    treasury: { bank: `${records}/bank.txt` },
  },
  removalPolicy: RemovalPolicy.DESTROY,
});
