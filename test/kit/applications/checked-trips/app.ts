import { App, Stack } from 'aws-cdk-lib';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { bookTrip } from '../trip-topology.js';

/** The least that a deployment of a workflow is to `laneway workflow check`: a state machine in a template. */
const stack = new Stack(new App(), 'Trips');
new CfnStateMachine(stack, 'BookTrip', {
  roleArn: 'arn:aws:iam::123456789012:role/machine',
  definitionString: JSON.stringify(bookTrip.asl),
});
