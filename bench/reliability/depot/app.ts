import { App, RemovalPolicy } from 'aws-cdk-lib';
import { LanewayApplication } from 'laneway/cdk';
import { depot } from './topology.js';

/**
 * The CDK application of the engine rows. `depot:witness` is the file in which its agents note their effects,
 * `depot:release` what they say they are, so that a deployment in the middle of a run shows.
 */
const app = new App();
const context = (name: string): string => String(app.node.tryGetContext(`depot:${name}`) ?? '-');
const own = { witness: context('witness'), release: context('release') };

new LanewayApplication(app, 'Depot', {
  topology: depot,
  agents: './bench/reliability/depot',
  bind: { sorter: own, shelf: own },
  removalPolicy: RemovalPolicy.DESTROY,
});

app.synth();
