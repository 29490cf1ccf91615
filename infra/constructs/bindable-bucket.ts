import type { IConstruct } from 'constructs';

/** A bucket: `IBucket`. */
export interface BindableBucket extends IConstruct {
  /** Physical name, which the agent finds under the name of the binding. */
  readonly bucketName: string;
  /** ARN of the bucket. */
  readonly bucketArn: string;
  /** ARN of the objects whose keys fit the pattern. */
  arnForObjects(keyPattern: string): string;
}
