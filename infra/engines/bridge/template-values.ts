import { LanewayError } from '../../../shared/domain/base/errors.js';

/** Facts of a deployed stack from which {@link resolveValue} resolves the references in its template. */
export interface StackFacts {
  readonly account: string;
  readonly region: string;
  /** Logical id to type and physical id. */
  readonly resources: ReadonlyMap<string, { readonly type: string; readonly physicalId: string }>;
  /** Values that other stacks export, by name. */
  readonly exports: ReadonlyMap<string, string>;
  /** Values of the template's parameters, by name. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * A template's value with its intrinsic functions resolved: Ref, Fn::GetAtt of an ARN, Fn::ImportValue, Fn::Join and
 * the pseudo parameters, which are what CDK renders for a reference.
 *
 * @throws LanewayError ENGINE for any other function.
 */
export function resolveValue(value: unknown, stack: StackFacts): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveValue(item, stack));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined && (first[0] === 'Ref' || first[0].startsWith('Fn::'))) {
    return callFunction(first[0], first[1], stack);
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, resolveValue(item, stack)]));
}

function callFunction(name: string, argument: unknown, stack: StackFacts): unknown {
  if (name === 'Ref') return found(refTo(String(argument), stack), `Ref ${String(argument)}`);
  if (name === 'Fn::ImportValue') {
    const exported = String(resolveValue(argument, stack));
    return found(stack.exports.get(exported), `export ${exported}`);
  }
  if (name === 'Fn::GetAtt' && Array.isArray(argument) && argument[1] === 'Arn') {
    return arnOf(String(argument[0]), stack);
  }
  if (name === 'Fn::Join' && Array.isArray(argument)) {
    const parts: unknown = resolveValue(argument[1], stack);
    if (Array.isArray(parts)) return parts.join(String(argument[0]));
  }
  throw unresolved(`${name} ${JSON.stringify(argument)}`);
}

function refTo(name: string, { account, region, resources, parameters }: StackFacts): string | undefined {
  const pseudo = {
    'AWS::AccountId': account,
    'AWS::Region': region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
  };
  return new Map(Object.entries(pseudo)).get(name) ?? parameters.get(name) ?? resources.get(name)?.physicalId;
}

function arnOf(logicalId: string, { account, region, resources }: StackFacts): string {
  const { type, physicalId } = found(resources.get(logicalId), `resource ${logicalId}`);
  if (physicalId.startsWith('arn:')) return physicalId;
  const inRegion = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;
  const byType: Readonly<Record<string, string>> = {
    'AWS::Events::EventBus': inRegion('events', `event-bus/${physicalId}`),
    'AWS::SQS::Queue': inRegion('sqs', physicalId.split('/').at(-1) ?? physicalId),
    'AWS::SNS::Topic': inRegion('sns', physicalId),
    'AWS::Lambda::Function': inRegion('lambda', `function:${physicalId}`),
    'AWS::DynamoDB::Table': inRegion('dynamodb', `table/${physicalId}`),
    'AWS::DynamoDB::GlobalTable': inRegion('dynamodb', `table/${physicalId}`),
    'AWS::S3::Bucket': `arn:aws:s3:::${physicalId}`,
  };
  return found(byType[type], `the ARN of a ${type}`);
}

function found<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw unresolved(what);
  return value;
}

const unresolved = (what: string) =>
  new LanewayError('ENGINE', `a value of the deployed template cannot be resolved: ${what}`, {
    help: [
      'the engine bridge understands what CDK renders for references; extend infra/engines/bridge/template-values.ts',
    ],
  });
