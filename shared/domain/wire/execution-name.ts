import type { Envelope } from './envelope.js';
import { PLATFORM_WRITER, writerOfSource } from './writers.js';
import { derivedId, isId } from '../base/ids.js';

/** Characters that Step Functions allows in an execution name (StartExecution, API reference). */
const LONGEST = 80;

/** A start message, as far as the name of its execution goes. */
export type StartIdentity = Pick<Envelope, 'id' | 'source'>;

/**
 * Name of the execution that a message starts: `<workflow>-<id>`, with `-<generation>` from the first explicit repetition
 * on. The same message gives the same name, so that starting it twice starts it once. The id is the message's where the
 * platform made it. Else it is derived from publisher and message id: whoever chooses an id takes no execution of
 * somebody else's. A long workflow name is cut, as names need only be unique in their state machine.
 */
export function executionName(workflow: string, start: StartIdentity, generation = 0): string {
  const by = writerOfSource(start.source);
  const id = by === PLATFORM_WRITER && isId(start.id) ? start.id : derivedId('execution', by ?? start.source, start.id);
  const tail = generation === 0 ? `-${id}` : `-${id}-${generation}`;
  return workflow.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, LONGEST - tail.length) + tail;
}

/** A name that {@link executionName} made with a generation from 1 on: everything before the generation is captured. */
const GENERATION = /^(.+[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-[1-9][0-9]{0,8}$/;

/** The name of generation 0 of an execution, which the names of all its generations begin with. */
export function firstGeneration(execution: string): string {
  return GENERATION.exec(execution)?.[1] ?? execution;
}
