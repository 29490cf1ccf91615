import type { CommandContext } from '../../context/command-context.js';

/** Forms in which a topology is shown. */
export const DIAGRAM_FORMS = ['text', 'mermaid'] as const;

/** Options of `laneway diagram`. */
export interface DiagramOptions {
  readonly as?: (typeof DIAGRAM_FORMS)[number];
}

/** Shows the topology: flow, channels with QoS, priorities, error paths. Needs no deployment but with `--app`, of which it shows the deployed one. */
export async function diagramCommand(context: CommandContext, options: DiagramOptions): Promise<void> {
  const { output } = context;
  const { topology } = context.options.app === undefined ? await context.topology() : await context.operated();
  const text = await draw(options.as ?? 'text');
  // `--json` with a form carries the drawing; alone, the topology itself.
  output.result(options.as === 'mermaid' ? { mermaid: text } : topology.model, () => text);

  async function draw(form: 'text' | 'mermaid'): Promise<string> {
    if (form === 'mermaid') return (await import('../../render/topology-mermaid.js')).topologyMermaid(topology.model);
    return (await import('../../render/topology-diagram.js')).topologyText(topology.model, output.paint, output.width);
  }
}
