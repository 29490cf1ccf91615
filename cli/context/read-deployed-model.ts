import { GetObjectCommand } from '@aws-sdk/client-s3';
import { awsCode } from '../../shared/aws/base/aws-error.js';
import { awsClients } from '../../shared/aws/base/clients/all-clients.js';
import { readStackOutputs } from '../../shared/aws/base/stack-outputs.js';
import { findDeployment, type Deployment } from '../../shared/client/deployment.js';
import { LanewayError } from '../../shared/domain/base/errors.js';
import { APPLICATION_OUTPUT, MODEL_OUTPUT } from '../../shared/topology/deployed/output-key.js';
import { readStoredModel, type StoredModel } from '../../shared/topology/deployed/stored-model.js';

/**
 * The model that an application was deployed with; undefined where it was deployed by a Laneway that stored none. Takes
 * `cloudformation:DescribeStacks`, and `s3:GetObject` on the bucket of `cdk bootstrap`.
 * @throws LanewayError NOT_FOUND when the application is not deployed where the environment points, or its model is
 * gone; CONFIGURATION for a model of another format; what the SDK throws
 */
export async function readDeployedModel(application: string): Promise<StoredModel | undefined> {
  return modelOfDeployment(await findDeployment(application));
}

/** The model that the outputs of a deployment lead to. @throws as {@link readDeployedModel} */
export async function modelOfDeployment(deployment: Deployment): Promise<StoredModel | undefined> {
  const location = deployment[MODEL_OUTPUT];
  if (location === undefined) return undefined;
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
  try {
    const { Body } = await awsClients().s3.send(new GetObjectCommand({ Bucket, Key }));
    return readStoredModel((await Body?.transformToString('utf-8')) ?? '', location);
  } catch (cause) {
    if (awsCode(cause) !== 'NoSuchKey' && awsCode(cause) !== 'NoSuchBucket') throw cause;
    throw new LanewayError('NOT_FOUND', `the deployed model is no longer at ${location}`, {
      cause,
      help: ['somebody emptied the bucket of cdk bootstrap; deploy the application again: laneway deploy'],
    });
  }
}

/** Names of the applications that are deployed where the environment points. */
export async function deployedApplications(): Promise<string[]> {
  const stacks = await readStackOutputs();
  return [...new Set(stacks.flatMap(({ outputs }) => outputs[APPLICATION_OUTPUT] ?? []))].sort();
}
