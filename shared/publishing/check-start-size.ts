import { Buffer } from 'node:buffer';
import { CLAIM_CHECK_BYTES } from '../domain/delivery/claim-check.js';
import { LanewayError } from '../domain/base/errors.js';

/**
 * Refuses a payload that is too long to start a workflow. The publisher learns it at once; the starter would make a
 * dead letter of the message later.
 * @throws LanewayError TOO_LARGE
 */
export function checkStartSize(type: string, data: unknown, workflows: readonly string[]): void {
  if (workflows.length === 0) return;
  const bytes = bytesOf(data);
  if (bytes <= CLAIM_CHECK_BYTES) return;
  const started = workflows.map((workflow) => `'${workflow}'`).join(' and ');
  throw new LanewayError('TOO_LARGE', `${type} has ${bytes} bytes and starts ${started}, which takes less`, {
    help: [`allowed: ${CLAIM_CHECK_BYTES} bytes (Step Functions takes 256 KiB); send where the data is`],
  });
}

/** Bytes of a payload as JSON; 0 for one that JSON cannot carry, which publishing refuses with its path. */
function bytesOf(data: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(data ?? null) ?? '');
  } catch {
    return 0;
  }
}
