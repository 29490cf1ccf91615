import { fileURLToPath } from 'node:url';
import { App, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { LanewayApplication } from 'laneway/cdk';
import { bundle } from '../../../../infra/constructs/bundle.js';
import { DISPATCHER } from './step-caller.js';
import { clearShip, quay } from '../quay-topology.js';

/**
 * The CDK application of the outage test. `quay:witness` is the file that its agents write to, `quay:endpoint` the address
 * at which its functions reach the engine: that of the fault proxy. With `quay:caller`, steps call the dispatcher by the function
 * of `step-caller.ts`, which reaches the engine itself, as Step Functions would.
 */
const app = new App();
const context = (name: string, otherwise: string): string =>
  String(app.node.tryGetContext(`quay:${name}`) ?? otherwise);
const bound = { witness: context('witness', '/dev/null') };
const endpoint = context('endpoint', '');

new LanewayApplication(app, 'Quay', {
  topology: quay,
  topologyModule: './test/kit/applications/quay-topology.ts',
  workflows: [clearShip],
  agents: './test/kit/applications/quay',
  bind: { crane: bound, scale: bound, shed: bound },
  removalPolicy: RemovalPolicy.DESTROY,
});

const functions = app.node.findAll().filter((node) => node instanceof LambdaFunction);
if (endpoint !== '') for (const one of functions) one.addEnvironment('AWS_ENDPOINT_URL', endpoint);
if (context('caller', '') !== '') callByFunction();

app.synth();

/** Puts the caller in the place of the dispatcher in each state machine. It has the engine's own address, as every function has. */
function callByFunction(): void {
  const dispatcher = functions.find(({ node }) => node.id === 'Dispatcher');
  if (dispatcher === undefined)
    throw new Error(`no Dispatcher among ${functions.map(({ node }) => node.id).join(', ')}`);
  const entry = fileURLToPath(new URL('./step-caller.ts', import.meta.url));
  const caller = new LambdaFunction(dispatcher.stack, 'StepCaller', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: bundle(dispatcher.stack, new Map([['step-caller', entry]])).get('step-caller') as Code,
    timeout: Duration.minutes(2),
    environment: { [DISPATCHER]: dispatcher.functionName },
  });
  for (const node of app.node.findAll())
    if (CfnStateMachine.isCfnStateMachine(node))
      node.addPropertyOverride('DefinitionSubstitutions.DispatcherArn', caller.functionArn);
}
