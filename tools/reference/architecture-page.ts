import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { dirname } from 'node:path';

/** Lines of the page between which the generated part stands. */
const BEGIN = '<!-- rooms: npm run reference -->';
const END = '<!-- /rooms -->';

/** Folders whose rooms are drawn apart; any other folder is one room. */
const PARTS = /^(shared\/[^/]+|infra\/[^/]+|functions\/(?:platform|vehicle-maintenance)|cli)(?=\/|$)/;

/** The page with the picture of which room imports which, as the imports are now. */
export async function architecturePage(page: string): Promise<string> {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error(`docs/architecture.md: the lines ${BEGIN} and ${END} are not there`);
  const picture = mermaid(reduced(await imports()));
  return `${page.slice(0, from)}${BEGIN}\n\n\`\`\`mermaid\n${picture}\n\`\`\`\n\n${page.slice(to)}`;
}

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Rooms that each room imports, type imports included. */
async function imports(): Promise<Graph> {
  const { output } = await cruise(['shared', 'functions', 'infra', 'cli'], {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'cli/templates|cli/setup' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { conditionNames: ['laneway-source', 'import', 'types'], exportsFields: ['exports'] },
    ruleSet: {},
  });
  const graph = new Map<string, Set<string>>();
  for (const { source, dependencies } of (output as ICruiseResult).modules) {
    const room = roomOf(source);
    if (room === undefined) continue;
    const known = graph.get(room) ?? new Set();
    graph.set(room, known);
    for (const { resolved } of dependencies) {
      const other = roomOf(resolved);
      if (other !== undefined && other !== room) known.add(other);
    }
  }
  return graph;
}

/** The room of a module; the user's topologies and what is no source have none. */
function roomOf(module: string): string | undefined {
  return PARTS.exec(`${dirname(module)}/`)?.[1];
}

/** The graph without arrows that follow from others: a room reached through another is not drawn again. */
function reduced(graph: Graph): Graph {
  const reach = (from: string, seen = new Set<string>()): Set<string> => {
    for (const next of graph.get(from) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      reach(next, seen);
    }
    return seen;
  };
  return new Map(
    [...graph].map(([room, known]) => {
      const through = new Set([...known].flatMap((one) => [...reach(one)]));
      return [room, new Set([...known].filter((one) => !through.has(one)))];
    }),
  );
}

function mermaid(graph: Graph): string {
  const id = (room: string) => room.replaceAll(/[^a-z]/g, '_');
  const rooms = [...graph.keys()].sort();
  const arrows = rooms.flatMap((room) =>
    [...(graph.get(room) ?? [])].sort().map((one) => `  ${id(room)} --> ${id(one)}`),
  );
  return ['flowchart TD', ...rooms.map((room) => `  ${id(room)}["${room}"]`), ...arrows].join('\n');
}
