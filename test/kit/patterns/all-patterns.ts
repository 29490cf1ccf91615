import type { WorkflowDefinition } from 'laneway/workflow';
import { goodwill } from './ask-people.js';
import { settlement } from './choose.js';
import { photos } from './for-each-element.js';
import { lenient } from './go-on-without-an-answer.js';
import { archive } from './large-replies.js';
import { intake } from './publish-and-go-on.js';
import { assessment } from './request-and-reply.js';
import { caring } from './run-another-workflow.js';
import { review } from './side-by-side.js';
import { certain } from './tries-and-fallbacks.js';
import { assistance } from './undo.js';
import { patience } from './wait.js';
import { invoice } from './wait-for-a-message.js';

/** A page of docs/how-to/workflow-patterns, and the workflow that it is about, in the order of reading. */
export const patterns: Readonly<Record<string, WorkflowDefinition>> = {
  'request-and-reply': assessment,
  'publish-and-go-on': intake,
  choose: settlement,
  'side-by-side': review,
  'for-each-element': photos,
  wait: patience,
  'wait-for-a-message': invoice,
  'ask-people': goodwill,
  'run-another-workflow': caring,
  undo: assistance,
  'tries-and-fallbacks': certain,
  'go-on-without-an-answer': lenient,
  'large-replies': archive,
};
