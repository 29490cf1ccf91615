import { LanewayError, unknownName } from '../../../shared/domain/base/errors.js';
import { ingressConversation } from '../../../shared/domain/base/ids.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { account, type LedgerEntry } from '../../../shared/domain/evidence/conversation.js';
import type { CommandContext } from '../../context/command-context.js';
import { openDeployed } from '../../context/open-deployed.js';

/** Forms in which a conversation is shown. */
export const TRACE_FORMS = ['tree', 'sequence', 'mermaid', 'json'] as const;

/** Options of `laneway trace`. */
export interface TraceOptions {
  readonly as?: (typeof TRACE_FORMS)[number];
  /** Name of the ingress; the id given is then that of the EventBridge event. */
  readonly ingress?: string;
}

/**
 * Shows a conversation from the ledger alone.
 * @throws LanewayError NOT_FOUND when the ledger knows no such conversation
 */
export async function traceCommand(context: CommandContext, id: string, options: TraceOptions): Promise<void> {
  const { output } = context;
  const { topology } = await context.operated();
  const correlationId =
    options.ingress === undefined ? id : ingressConversation(ingressOf(topology, options.ingress), id);
  const { conversations } = await openDeployed(topology);
  const entries = await conversations.conversation(correlationId);
  if (entries.length === 0) {
    throw new LanewayError('NOT_FOUND', `the ledger of '${topology.name}' knows no conversation '${correlationId}'`, {
      help: [
        'a conversation is named by its correlation id, which `laneway send` prints',
        'entries are kept 21 days; --engine aws|local chooses where to look',
      ],
    });
  }
  const form = options.as ?? (output.json ? 'json' : 'tree');
  const value = { correlationId, account: account(entries), entries };
  const text = form === 'json' ? JSON.stringify(value, null, 2) : await draw(form, entries, context);
  output.result(value, () => text);
}

function ingressOf({ model }: Topology, name: string): string {
  if (Object.hasOwn(model.ingress, name)) return name;
  throw unknownName(
    'NOT_FOUND',
    `'${name}' is no ingress of '${model.name}'`,
    name,
    Object.keys(model.ingress),
    '--ingress',
  );
}

async function draw(
  form: 'tree' | 'sequence' | 'mermaid',
  entries: readonly LedgerEntry[],
  { output }: CommandContext,
) {
  const { paint, width } = output;
  switch (form) {
    case 'tree':
      return (await import('../../render/tree.js')).renderTree(entries, paint);
    case 'sequence':
      return (await import('../../render/sequence.js')).renderSequence(entries, { paint, width });
    case 'mermaid':
      return (await import('../../render/mermaid.js')).renderMermaid(entries);
  }
}
