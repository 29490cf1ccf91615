import type { Caller } from '../domain/evidence/caller.js';
import type { Confinement } from '../domain/quarantine/confinement.js';
import { iamClient } from './base/clients/iam-client.js';
import { lambdaClient } from './base/clients/lambda-client.js';
import { sqsClient } from './base/clients/sqs-client.js';
import { stsClient } from './base/clients/sts-client.js';
import { IamConfinement, type ConfinedPlace } from './iam/iam-confinement.js';
import { QueueUrls } from './sqs/queue-url.js';
import { SqsLane } from './sqs/sqs-lane.js';
import { StsCaller } from './sts/sts-caller.js';

/* Adapters of workers and commands. No function imports this module: it would bring its clients into what is always loaded. */

/** Means by which a party that stands there is cut off. */
export function confinementAt(place: ConfinedPlace): Confinement {
  const urls = new QueueUrls(sqsClient());
  const clients = { iam: iamClient(), lambda: lambdaClient(), sqs: sqsClient() };
  return new IamConfinement({ ...clients, queueUrl: (arn) => urls.of(arn) }, place);
}

/** A lane that is polled. @param visibilitySeconds seconds that a received copy is hidden */
export function laneAt(url: string, visibilitySeconds: number): SqsLane {
  return new SqsLane(sqsClient(), url, visibilitySeconds);
}

/** Whoever has the credentials of this process. */
export function callerHere(): Caller {
  const { AWS_ENDPOINT_URL_STS: own, AWS_ENDPOINT_URL: all } = process.env;
  return new StsCaller(stsClient(), Boolean(own ?? all));
}
