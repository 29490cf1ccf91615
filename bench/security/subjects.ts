import { RemovalPolicy, type App } from 'aws-cdk-lib';
import { LanewayApplication } from 'laneway/cdk';
import type { Topology } from 'laneway/topology';
import { vehicles } from '../../functions/vehicle-maintenance/topology.js';
import { PLATFORM_FUNCTIONS } from '../../functions/platform/declarations.js';
import { vehicleMaintenance } from '../../infra/applications/vehicle-maintenance.js';
import { shop } from '../../test/kit/applications/fixture-topology.js';
import type { PolicyStatement } from '../../test/kit/oracles/iam/policy-evaluator.js';
import { ResolvedPolicies } from '../../test/kit/oracles/iam/resolved-policies.js';
import { folderOfAgents, lambdaAgents, unbundledApp } from '../../test/kit/stands/synthesized-application.js';

/** Kinds of whoever is taken. */
export type SubjectKind = 'agent' | 'client' | 'publisher' | 'page' | 'link' | 'workflow' | 'platform';

/** Somebody of an application with all the rights that the application gives: whoever is taken by an attacker. */
export interface Subject {
  readonly kind: SubjectKind;
  /** Name in the topology, or of the platform function. */
  readonly name: string;
  readonly principal: string;
  readonly statements: readonly PolicyStatement[];
}

/** An application whose roles are looked at. */
export interface Place {
  readonly topology: Pick<Topology, 'name' | 'model'>;
  readonly policies: Pick<ResolvedPolicies, 'busPolicy' | 'resources'>;
  readonly subjects: readonly Subject[];
}

/** The applications of the matrix: the example, and a shop that has what the example has not, direct channels among it. */
export function places(): Place[] {
  const app = unbundledApp();
  vehicleMaintenance(app, 'Vehicles', {
    ...{ sender: 'service@vehicles.example', respondWithin: '24 hours', approvalLinks: true },
    removalPolicy: RemovalPolicy.RETAIN,
  });
  return [placeOf(vehicles, app), shopPlace()];
}

/** A state machine that does nothing, for topologies that have none of their own. */
export const FAILS = {
  Comment: 'fails at once',
  QueryLanguage: 'JSONata',
  TimeoutSeconds: 60,
  StartAt: 'Done',
  States: { Done: { Type: 'Fail', Error: 'E', Cause: 'C' } },
} as const;

function shopPlace(): Place {
  const app = unbundledApp();
  new LanewayApplication(app, 'Shop', {
    ...{ topology: shop, agents: folderOfAgents(...lambdaAgents(shop)), approvalLinks: true },
    workflows: [{ name: 'order', startedBy: { name: 'OrderPlaced' }, asl: FAILS }],
  });
  return placeOf(shop, app);
}

/** The place of an application that stands in an app: each of its roles, and the managed policies that it hands out. */
export function placeOf(topology: Pick<Topology, 'name' | 'model'>, app: App | LanewayApplication): Place {
  const policies = new ResolvedPolicies(app);
  const outside = 'arn:aws:iam::111122223333:role/outside';
  // Clients wear their policy in a role that the bus believes: they can do more there than elsewhere.
  const own = `arn:aws:iam::111122223333:role/laneway/${topology.name}/outside`;
  const named = [...policies.roles, ...policies.managedPolicies].flatMap(({ path, principal, statements }) => {
    const subject = subjectAt(path);
    if (subject === undefined) return [];
    const wears = subject.kind === 'client' || principal === outside ? own : principal;
    const all = subject.kind === 'client' ? policies.client(subject.name).statements : statements;
    return [{ ...subject, principal: subject.kind === 'publisher' ? outside : wears, statements: all }];
  });
  const link = { kind: 'link', name: 'holder of a link', principal: outside, statements: [] } as const;
  return { topology, policies, subjects: [...named, link] };
}

function subjectAt(path: string): Pick<Subject, 'kind' | 'name'> | undefined {
  const at = (pattern: RegExp): string | undefined => pattern.exec(path)?.[1];
  const agent = at(/\/Agent-([^/]+)\/FunctionRole\/Resource$/) ?? at(/\/Worker-([^/]+)\/Policy\/Resource$/);
  if (agent !== undefined) return { kind: 'agent', name: agent };
  const client = at(/\/Client-([^/]+)\/Policy\/Resource$/);
  if (client !== undefined) return { kind: 'client', name: client };
  const publisher = at(/\/Ingress-([^/]+)\/Policy\/Resource$/);
  if (publisher !== undefined) return { kind: 'publisher', name: publisher };
  const workflow = at(/\/Workflow-([^/]+)\/.*Role\/Resource$/);
  if (workflow !== undefined) return { kind: 'workflow', name: workflow };
  if (/\/Approvals\/PageRole\/Resource$/.test(path)) return { kind: 'page', name: 'approval-page' };
  const role = at(/\/([A-Za-z]+)Role\/Resource$/)?.toLowerCase();
  const platform = PLATFORM_FUNCTIONS.find(({ name }) => name.replaceAll('-', '') === role);
  return platform && { kind: 'platform', name: platform.name };
}
