import { OPERATOR, sourceOf } from '../../shared/domain/wire/envelope.js';
import { SYSTEM_TYPES } from '../../shared/message/system-messages.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import { approvalPage } from './approval-page/declaration.js';
import { deadLetters } from './dead-letters/declaration.js';
import { deadlines } from './deadlines/declaration.js';
import type { DeclaredApplication, PlatformFunctionDeclaration, PlatformTrigger } from './declaration.js';
import { dispatcher } from './dispatcher/declaration.js';
import { ingress } from './ingress/declaration.js';
import { ledgerSeal } from './ledger-seal/declaration.js';
import { ledgerStream } from './ledger-stream/declaration.js';
import { registry } from './registry/declaration.js';
import { replies } from './replies/declaration.js';
import { starter } from './starter/declaration.js';
import { supervisor } from './supervisor/declaration.js';
import { sweeper } from './sweeper/declaration.js';
import { workflowEvents } from './workflow-events/declaration.js';

/** The platform's functions: one declaration for each folder of `functions/platform`, in the order of dashboards. */
export const PLATFORM_FUNCTIONS = [
  deadLetters,
  ledgerStream,
  ledgerSeal,
  sweeper,
  registry,
  ingress,
  replies,
  deadlines,
  dispatcher,
  starter,
  workflowEvents,
  supervisor,
  approvalPage,
] as const;

/** Names of the platform's functions; each is a folder of `functions/platform`. */
export type PlatformFunctionName = (typeof PLATFORM_FUNCTIONS)[number]['name'];

/** A declaration of {@link PLATFORM_FUNCTIONS}. */
export type DeclaredFunction = PlatformFunctionDeclaration<PlatformFunctionName>;

const ALL: readonly DeclaredFunction[] = PLATFORM_FUNCTIONS;

/** Functions that an application needs. */
export function neededPlatformFunctions(application: DeclaredApplication): readonly DeclaredFunction[] {
  return ALL.filter(({ needed }) => needed.holds(application));
}

/** Functions that a trigger of some kind invokes. */
export function functionsBehind(is: (trigger: PlatformTrigger) => boolean): readonly DeclaredFunction[] {
  return ALL.filter(({ triggers }) => triggers.some(is));
}

/** Sources under which a function publishes, its own first; none for one that publishes nothing. */
export function sourcesOf(
  { name, publishes }: PlatformFunctionDeclaration,
  topology: Pick<TopologyModel, 'name' | 'agents' | 'clients' | 'ingress'>,
): string[] {
  if (!publishes) return [];
  const own = sourceOf(topology.name, 'platform', name);
  if (publishes.alsoUnder === 'ingresses') return [own, ...ingressesOf(topology)];
  return publishes.alsoUnder === 'every-publisher' ? [own, ...everyPublisher(topology)] : [own];
}

/** Types that a function may publish: named, or all but these. Types of the application are many, and those of the system few. */
export function typesOf(
  { publishes }: PlatformFunctionDeclaration,
  topology: Pick<TopologyModel, 'ingress'>,
): readonly string[] | { readonly except: readonly string[] } {
  if (!publishes) return [];
  const { system, application } = publishes;
  if (system === 'all') return { except: [] };
  if (application === 'any') return { except: SYSTEM_TYPES.filter((type) => !system.includes(type)) };
  const taken = application === 'ingresses' ? Object.values(topology.ingress).map(({ as }) => as) : [];
  return [...new Set([...system, ...taken])];
}

/** Sources of all whose messages are stored and perhaps never sent: agents, clients, ingresses, the platform's functions, operators. */
function everyPublisher(topology: Pick<TopologyModel, 'name' | 'agents' | 'clients' | 'ingress'>): string[] {
  const platform = ALL.filter(({ publishes }) => publishes && publishes.alsoUnder !== 'every-publisher');
  return [
    ...Object.keys(topology.agents).map((agent) => sourceOf(topology.name, 'agent', agent)),
    ...Object.keys(topology.clients).map((client) => sourceOf(topology.name, 'client', client)),
    ...ingressesOf(topology),
    ...platform.map(({ name }) => sourceOf(topology.name, 'platform', name)).sort(),
    sourceOf(topology.name, 'platform', OPERATOR),
  ];
}

function ingressesOf({ name, ingress: ingresses }: Pick<TopologyModel, 'name' | 'ingress'>): string[] {
  return Object.keys(ingresses).map((one) => sourceOf(name, 'ingress', one));
}
