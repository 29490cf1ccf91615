import * as z from 'zod';
import type { Execution, SupervisedExecutions } from '../../domain/execution/executions.js';
import { ApprovalRequested } from '../../message/system-messages.js';
import type { AslDefinition } from '../../workflow/compile/asl.js';
import { callsIn } from '../../workflow/compile/calls-in.js';
import { keepSchema } from './keep-schema.js';

const text = z.string().min(1);
const messageSchema = z.object({
  ...{ id: text, source: text, correlationid: text },
  hops: z.number().int(),
  tenant: text.optional(),
  traceparent: text.optional(),
});
/** Fields of a dispatch that supervision needs. Dispatches of every release that a running execution may be of fit. */
const stepSchema = z.object({
  kind: z.enum(['request', 'wait', 'approval', 'receive', 'run']),
  workflow: text,
  execution: text,
  step: text,
  index: text.optional(),
  generation: z.number().int().optional(),
  settles: z.array(z.enum(['RequestTimedOut', 'RequestFailed'])).optional(),
  key: text.optional(),
  type: text.optional(),
  runs: text.optional(),
  token: text.optional(),
  keep: keepSchema.optional(),
  message: messageSchema,
});
const inputSchema = z.object({ message: messageSchema, generation: z.number().int().default(0) });

type Defined<Given> = { [Key in keyof Given]: Exclude<Given[Key], undefined> };

/** A step at which an execution waits. */
export type AwaitedStep = Defined<z.output<typeof stepSchema>> & {
  /** Type in its pending record: of the message, or `wait`, `await <type>`, `workflow:<name>`. */
  readonly what: string;
};

/** Reads the payload that a state passed to the dispatcher; undefined for a step that waits for nothing. */
export function awaitedStep(payload: unknown): AwaitedStep | undefined {
  const read = stepSchema.safeParse(payload);
  if (!read.success) return undefined;
  return { ...(read.data as Defined<z.output<typeof stepSchema>>), what: whatOf(read.data) };
}

/**
 * The step of a state by the definition, where the history does not tell what it passed on. Undefined for what only the
 * execution knows: which element of a map, which key of a message.
 * @throws LanewayError UNAVAILABLE
 */
export async function stepOfState(
  state: string,
  { workflow, name }: Execution,
  executions: SupervisedExecutions,
): Promise<AwaitedStep | undefined> {
  const definition = (await executions.definition(workflow, name)) as AslDefinition;
  const call = callsIn(definition).find((one) => one.state === state && one.depth === 0);
  const start = startInput((await executions.find(workflow, name))?.input);
  if (!call || !start || call.payload['key'] !== undefined) return undefined;
  const { kind, step, type, runs, settles, keep } = call.payload;
  // What stands in it as an expression would have to be evaluated; without it all of a reply is kept.
  const literal = keep !== undefined && !JSON.stringify(keep).includes('{%') ? { keep } : {};
  return awaitedStep({ ...{ kind, step, type, runs, settles }, ...literal, workflow, execution: name, ...start });
}

/** Start message and generation in the input of an execution; undefined when no message started it. */
export function startInput(input: unknown): z.output<typeof inputSchema> | undefined {
  const read = inputSchema.safeParse(input);
  return read.success ? read.data : undefined;
}

function whatOf({ kind, type = '', runs = '' }: z.output<typeof stepSchema>): string {
  if (kind === 'run') return `workflow:${runs}`;
  if (kind === 'receive') return `await ${type}`;
  if (kind === 'approval') return ApprovalRequested.name;
  return kind === 'wait' ? 'wait' : type;
}
