import { Buffer } from 'node:buffer';
import { AslFailure } from './asl-failure.js';

/** Bytes of input, output, arguments or result of a state, of a variable, and of all that a state assigns (Step Functions quotas). */
const STATE_LIMIT = 262_144;

/** Bytes of all variables of an execution (Step Functions quotas); here of those that one state sees. */
const VARIABLES_LIMIT = 10_485_760;

/** @throws AslFailure States.DataLimitExceeded */
export function checkData<Data>(what: string, data: Data): Data {
  check(what, bytesOf(data), STATE_LIMIT);
  return data;
}

/** @param all the variables as they will be @throws AslFailure States.DataLimitExceeded */
export function checkVariables(
  assigned: Readonly<Record<string, unknown>>,
  all: Readonly<Record<string, unknown>>,
): void {
  checkData(`what is assigned to ${Object.keys(assigned).join(', ')}`, assigned);
  check('the variables together', bytesOf(all), VARIABLES_LIMIT);
}

function check(what: string, bytes: number, most: number): void {
  if (bytes > most)
    throw new AslFailure('States.DataLimitExceeded', `${what}: ${bytes} bytes, and Step Functions takes ${most}`);
}

function bytesOf(data: unknown): number {
  return Buffer.byteLength(JSON.stringify(data) ?? '');
}
