import type { WorkflowResumer } from '../../domain/execution/workflow-engine.js';
import { sfnClient } from '../base/clients/sfn-client.js';
import { SfnResumer } from '../step-functions/sfn-resumer.js';

/** Resumer of executions. */
export function makeResumer(): WorkflowResumer {
  return new SfnResumer(sfnClient());
}
