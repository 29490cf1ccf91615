import { Buffer } from 'node:buffer';
import type { Handler, LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { DynamoApprovalReader } from '../../../shared/aws/dynamo/dynamo-approval-reader.js';
import { DynamoDeadLetterBook } from '../../../shared/aws/dynamo/dynamo-dead-letter-book.js';
import { KmsLinkSigner } from '../../../shared/aws/kms/kms-link-signer.js';
import { required } from '../../../shared/domain/base/environment.js';
import { answerLink } from '../../../shared/operator/requests/answer-link.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { platformFunction, publishingOf } from '../platform-function.js';

/** The function behind the links of approvals. Anybody who knows its address may call it; only a valid signature lets them decide. */
export function create(topology: Topology): Handler<LambdaFunctionURLEvent, LambdaFunctionURLResult> {
  return platformFunction<LambdaFunctionURLEvent, LambdaFunctionURLResult>(
    topology,
    'approval-page',
    (surroundings) => {
      const { clients, clock } = surroundings;
      const services = {
        ...{ topology, clock },
        signer: new KmsLinkSigner(clients.kms, required('linkKey')),
        approvals: new DynamoApprovalReader(clients.documents, required('approvalTable')),
        book: new DynamoDeadLetterBook(clients.documents, required('ledgerTable')),
        publishing: publishingOf(surroundings, 'platform', 'approval-page'),
      };
      return async ({ requestContext, rawPath, headers, body, isBase64Encoded }) => {
        const contentType = headers['content-type'];
        const text = body !== undefined && isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
        const answer = await answerLink(
          {
            ...{ method: requestContext.http.method, path: rawPath },
            ...(contentType === undefined ? {} : { contentType }),
            ...(text === undefined ? {} : { body: text }),
          },
          services,
        );
        return { statusCode: answer.status, headers: { ...answer.headers }, body: answer.body };
      };
    },
  );
}
