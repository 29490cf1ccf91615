/** One record of a queue of the platform. */
export interface QueuedCopy {
  /** SQS message id: the same when this copy comes again. */
  readonly copy: string;
  readonly body: string;
  /** Number of this receipt, from 1. @defaultValue 1 */
  readonly receives?: number;
}
