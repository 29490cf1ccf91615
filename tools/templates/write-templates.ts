import { App, RemovalPolicy } from 'aws-cdk-lib';
import { vehicleMaintenance } from '../../infra/applications/vehicle-maintenance.js';

/*
 * Writes the templates of the reference application, with all that it can have, into the folder that is named: for a check that
 * reads templates. Functions are not bundled, as nothing is deployed.
 */
const [outdir] = process.argv.slice(2);
if (outdir === undefined) throw new Error('usage: write-templates.ts FOLDER');
const app = new App({
  outdir,
  // CDK's own rules about templates, which are warnings unless they are asked to be errors.
  context: { 'aws:cdk:bundling-stacks': [], '@aws-cdk/core:validateAgainstDefaultRules': true },
});
vehicleMaintenance(app, 'Vehicles', {
  sender: 'service@vehicles.example',
  respondWithin: '24 hours',
  approvalLinks: true,
  removalPolicy: RemovalPolicy.RETAIN,
});
app.synth();
