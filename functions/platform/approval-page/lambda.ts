import { Buffer } from 'node:buffer';
import type { Handler, LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { approvalsPort, bookPort, linkSignerPort, openPorts } from '../../../shared/aws/ports.js';
import { defined } from '../../../shared/domain/base/defined.js';
import { answerLink } from '../../../shared/operator/approval-page/answer-link.js';
import { publisherOf } from '../../../shared/publishing/publisher-of.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { openPublisher, platformFunction } from '../platform-function.js';

/** The function behind the links of approvals. Anybody who knows its address may call it; only a valid signature lets them decide. */
export function create(topology: Topology): Handler<LambdaFunctionURLEvent, LambdaFunctionURLResult> {
  return platformFunction<LambdaFunctionURLEvent, LambdaFunctionURLResult>(topology, 'approval-page', ({ names }) => {
    const ports = { ...openPublisher(names), ...openPorts(names, approvalsPort, bookPort, linkSignerPort) };
    const publishing = publisherOf(topology, { kind: 'platform', name: 'approval-page' }, ports);
    const services = { ...ports, topology, publishing };
    return async ({ requestContext, rawPath, headers, body, isBase64Encoded }) => {
      const contentType = headers['content-type'];
      const text = body !== undefined && isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
      const answer = await answerLink(
        {
          ...{ method: requestContext.http.method, path: rawPath },
          ...defined({ contentType, body: text }),
        },
        services,
      );
      return { statusCode: answer.status, headers: { ...answer.headers }, body: answer.body };
    };
  });
}
