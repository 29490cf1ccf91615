export { invoke } from './invoke.js';
export type { Invocation, InvokeOptions } from './invoke.js';
export { ManualClock } from './manual-clock.js';
export { createHarness } from './harness.js';
export type { Harness, HarnessOptions, HarnessPublishOptions } from './harness.js';
export { CRASH_POINTS } from './faults.js';
export type { CrashPoint, Faults, HowOften, Selection } from './faults.js';
export { harnessMatchers } from './harness-conversation.js';
export type { HarnessConversation, SentMessage, WorkflowEnding } from './harness-conversation.js';
