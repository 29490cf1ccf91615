/**
 * Key of a stack output from its parts: `outputKey('Lane', 'data-analysis', 'critical')` is
 * `LaneDataAnalysisCritical`. The infrastructure writes outputs under these keys; the client and the CLI find them by
 * the same function.
 */
export function outputKey(...parts: readonly string[]): string {
  return parts
    .flatMap((part) => part.split(/[^A-Za-z0-9]+/))
    .filter((word) => word.length > 0)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/** Output that every stack of an application has: the name of its topology. */
export const APPLICATION_OUTPUT = 'LanewayApplication';

/** Beginning of the outputs that say which type starts a workflow: `WorkflowStart<Workflow>`. */
export const WORKFLOW_START_OUTPUT = 'WorkflowStart';

/** Output that says where the deployed model is: `s3://<bucket>/<key>`. */
export const MODEL_OUTPUT = 'LanewayModel';
