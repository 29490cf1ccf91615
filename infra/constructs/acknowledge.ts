import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Acknowledges one finding of one rule of cdk-nag's AwsSolutions on one construct, with the reason. Findings that name
 * a generated id are given by a pattern of the construct's own tokens, never by the bare rule.
 */
export function acknowledge(construct: IConstruct, finding: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: finding, reason });
}
