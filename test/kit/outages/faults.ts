import type { IncomingMessage } from 'node:http';

/** Ways in which AWS answers that it fails. */
const ERRORS = {
  internal: { status: 500, code: 'InternalFailure' },
  unavailable: { status: 503, code: 'ServiceUnavailable' },
  throttle: { status: 400, code: 'ThrottlingException' },
  deny: { status: 400, code: 'AccessDeniedException' },
} as const;

/**
 * Ways in which a call fails: an error of AWS; `drop`, a connection that ends without an answer; `hang`, one that gives none;
 * `lose-answer`, a call that is done and whose answer is lost.
 */
export type Failing = keyof typeof ERRORS | 'drop' | 'hang' | 'lose-answer';

/** Calls that fail. What is not said fits all. */
export interface Fault {
  /** Name under which the calls that it struck are counted. */
  readonly name: string;
  /** Service as signatures name it: `events`, `dynamodb`, `states`, `sqs`, `s3`. */
  readonly service?: string;
  /** Action of the service, the end of `X-Amz-Target`: `PutEvents`. */
  readonly action?: RegExp;
  /** Path of the call. */
  readonly path?: RegExp;
  /** Share of the calls that it strikes, 0 to 1. @defaultValue 1 */
  readonly share?: number;
  readonly does: Failing;
}

/** A call as faults know it. */
export interface FaultedCall {
  readonly service: string;
  readonly action: string;
  readonly path: string;
}

/** Reads of a call's headers what it asks for. */
export function faultedCall({ headers, url = '/' }: Pick<IncomingMessage, 'headers' | 'url'>): FaultedCall {
  const scope = /Credential=[^/]*\/\d{8}\/[^/]*\/([^/]+)\/aws4_request/.exec(headers.authorization ?? '');
  const target = String(headers['x-amz-target'] ?? '');
  return { service: scope?.[1] ?? '', action: target.slice(target.lastIndexOf('.') + 1), path: url };
}

/** True for a call that a fault is about. */
export function matches({ service, action, path }: Fault, call: FaultedCall): boolean {
  if (service !== undefined && service !== call.service) return false;
  return (action?.test(call.action) ?? true) && (path?.test(call.path) ?? true);
}

/** Answer of a service that fails: in XML by S3, in JSON by the others. */
export function errorAnswer(does: keyof typeof ERRORS, { service }: FaultedCall) {
  const { status, code } = ERRORS[does];
  const message = 'made to fail';
  if (service === 's3') {
    const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
    return { status, headers: { 'content-type': 'application/xml' }, body };
  }
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': code };
  return { status, headers, body: JSON.stringify({ __type: code, message }) };
}
