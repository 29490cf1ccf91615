import { CfnFunction, type Function } from 'aws-cdk-lib/aws-lambda';
import { Stack } from 'aws-cdk-lib';
import { LanewayError } from '../../../shared/domain/base/errors.js';

/** Bytes that all variables of a function may have together, as JSON (Lambda quotas, "Environment variables"). */
export const MOST_ENVIRONMENT_BYTES = 4_096;

/** Bytes that a name or an address has besides a resource's own name: `https://sqs.<region>.amazonaws.com/<account>/`. */
const ADDRESS_BYTES = 60;

/** Bytes of the random part of a name that CloudFormation makes, with its hyphens. */
const SUFFIX_BYTES = 15;

/** The longest pseudo parameters: an account, names of regions, partitions and their domains. */
const PSEUDO_BYTES: Readonly<Record<string, number>> = {
  'AWS::AccountId': 12,
  'AWS::Region': 14,
  'AWS::Partition': 10,
  'AWS::URLSuffix': 16,
};

/** Largest variables that a refusal names. */
const NAMED = 3;

/**
 * Has the synth refuse `fn` when its variables would not fit. They are counted when the templates are made, because more
 * may have been bound by then; values that are known only at deployment are estimated, rather too large.
 *
 * @param what the function in a sentence: `the function of agent 'x'`
 * @param help sentence that tells the user a way to need fewer bytes
 */
export function checkEnvironment(fn: Function, what: string, help: string): void {
  fn.node.addValidation({
    validate: () => {
      const sizes = variableSizes(fn);
      // With the braces of the whole, and a comma between two.
      const total = sizes.reduce((sum, { bytes }) => sum + bytes + 1, 1);
      if (total <= MOST_ENVIRONMENT_BYTES) return [];
      const largest = sizes.toSorted((a, b) => b.bytes - a.bytes).slice(0, NAMED);
      throw new LanewayError('INVALID_OPTION', `${what} would have ${total} bytes of environment variables`, {
        help: [
          `allowed: ${MOST_ENVIRONMENT_BYTES} (Lambda); names known only at deployment are estimated`,
          `largest: ${largest.map(({ name, bytes }) => `${name} with ${bytes}`).join(', ')}`,
          `${help}   (${fn.node.path})`,
        ],
      });
    },
  });
}

/** The variables with their bytes in JSON, which is what Lambda measures. */
function variableSizes(fn: Function): { readonly name: string; readonly bytes: number }[] {
  const resource = fn.node.defaultChild;
  if (!(resource instanceof CfnFunction)) return [];
  const stack = Stack.of(fn);
  const { variables = {} } = (stack.resolve(resource.environment) ?? {}) as { variables?: Record<string, unknown> };
  return Object.entries(variables).map(([name, value]) => ({
    name,
    bytes: Buffer.byteLength(JSON.stringify({ [name]: spelledOut(value, stack) })) - 2,
  }));
}

/** A template's value as a text that is at least as long as the value after deployment. */
function spelledOut(value: unknown, stack: Stack): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [name, argument] = Object.entries(value)[0] ?? [];
  if (name === 'Fn::Join' && Array.isArray(argument)) {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map((part) => spelledOut(part, stack)).join(separator);
  }
  const pseudo = typeof argument === 'string' ? PSEUDO_BYTES[argument] : undefined;
  if (pseudo !== undefined) return '?'.repeat(pseudo);
  return '?'.repeat(namesIn(value, stack).length + SUFFIX_BYTES + ADDRESS_BYTES);
}

/**
 * Parts of a name that CloudFormation makes: stack and logical id. The name of an export holds both, too. A name that
 * somebody chose is taken to be no longer.
 */
function namesIn(reference: object, stack: Stack): string {
  const text = JSON.stringify(Object.values(reference));
  return 'Fn::ImportValue' in reference ? text : `${stack.stackName}-${text}`;
}
