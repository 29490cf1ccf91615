import * as ownErrors from '../../../../shared/domain/base/errors.js';
import { isSameType } from '../../../../shared/message/message-type.js';
import * as own from '../../../../shared/message/system-messages.js';
import { composeMessage } from '../../../../shared/publishing/compose-message.js';
import { enquiries } from '../../../kit/applications/enquiry-topology.js';

/** A second copy of the framework, as a process has it that loads an application with an installation of its own. */
let errors: typeof ownErrors;
let other: typeof own;

const { LanewayError, PermanentError } = ownErrors;

beforeAll(async () => {
  errors = (await import(secondCopyOf('../../../../shared/domain/base/errors.js'))) as typeof errors;
  other = (await import(secondCopyOf('../../../../shared/message/system-messages.js'))) as typeof own;
});

/** Jest keeps a module for each address, as Node does. */
function secondCopyOf(module: string): string {
  return `${module}?copy=2`;
}

test('there are two copies', () => {
  expect(other.ApprovalDecided).not.toBe(own.ApprovalDecided);
  expect(errors.LanewayError).not.toBe(LanewayError);
});

test('an error of the one is known to the other, by its kind', () => {
  expect(new errors.LanewayError('SCHEMA', 'x') instanceof LanewayError).toBe(true);
  expect(new errors.LanewayError('SCHEMA', 'x') instanceof PermanentError).toBe(false);
  expect(new errors.PermanentError('x') instanceof PermanentError).toBe(true);
  expect(new errors.PermanentError('x') instanceof LanewayError).toBe(true);
  expect(new Error('x') instanceof LanewayError).toBe(false);
  expect(Object.assign(new Error('x'), { name: 'LanewayError', code: 'SCHEMA' }) instanceof LanewayError).toBe(false);
  class Narrower extends LanewayError {}
  expect(new Narrower('SCHEMA', 'x') instanceof LanewayError).toBe(true);
  expect(new LanewayError('SCHEMA', 'x') instanceof Narrower).toBe(false);
});

test('a message type of the framework is the same in both; of two of an application with one name it is not', () => {
  expect(isSameType(other.ApprovalDecided, own.ApprovalDecided)).toBe(true);
  expect(isSameType(other.ApprovalDecided, own.ApprovalRequested)).toBe(false);
  expect(isSameType({ ...own.ApprovalDecided, version: 2 }, own.ApprovalDecided)).toBe(false);
  const [type] = [...enquiries.types.values()].filter(({ name }) => !(name in own));
  expect(type && isSameType({ ...type }, type)).toBe(false);
});

test('a decision that the command declares can be published in an application that has its own copy', () => {
  const data = { requestId: 'r', decision: 'approved', by: 'ann', reason: 'yes' };
  const composition = { topology: enquiries, now: 0, source: 'laneway.enquiries.platform.operator' };
  const [emission] = composeMessage(other.ApprovalDecided, data, {}, composition);
  expect(emission?.type).toBe('ApprovalDecided');
});
