import { App } from 'aws-cdk-lib';
import { LanewayApplication } from 'laneway/cdk';
import { fulfil } from './bakery/fulfil.js';
import { bakery } from './bakery/topology.js';

const app = new App();
new LanewayApplication(app, 'Bakery', {
  topology: bakery,
  workflows: [fulfil],
  agents: './bakery',
  bind: { courier: { bicycleCarries: '12' } },
});
