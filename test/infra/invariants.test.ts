import fc from 'fast-check';
import type { LanewayApplication } from 'laneway/cdk';
import { arbitraryTopology } from '../kit/generators/arbitrary-topology.js';
import { shop, smallest } from '../kit/applications/fixture-topology.js';
import { applicationOf, resourcesOf } from '../kit/stands/synthesized-application.js';
import { inspectTemplates } from '../kit/oracles/template-invariants.js';

/** Invariants of every application, whatever its topology. */
function check(application: LanewayApplication): void {
  const { checked, violations } = inspectTemplates(application);
  expect(violations).toEqual([]);
  expect(checked).toBeGreaterThan(0);
}

const workflow = { name: 'order', asl: asl(), startedBy: { name: 'OrderPlaced' } };

function asl() {
  return {
    Comment: 'one step',
    QueryLanguage: 'JSONata' as const,
    TimeoutSeconds: 60,
    StartAt: 'Done',
    States: { Done: { Type: 'Fail' as const, Error: 'E', Cause: 'C' } },
  };
}

describe('every application', () => {
  it('keeps the invariants: a shop with a workflow', () => check(applicationOf(shop, { workflows: [workflow] })));

  it('keeps the invariants: the smallest', () => check(applicationOf(smallest)));

  it('keeps the invariants: any topology', () => {
    fc.assert(
      fc.property(arbitraryTopology(4), (topology) => check(applicationOf(topology))),
      { numRuns: 4, endOnFailure: true },
    );
  });

  it('keeps events of other systems for 14 days, as no store knows of them while they wait', () => {
    const kept = resourcesOf(applicationOf(shop))
      .filter(({ type, id }) => type === 'AWS::SQS::Queue' && /^(Ingress|Timers|Lane)/.test(id))
      .map(
        ({ id, properties }) => `${/^[A-Z][a-z]+/.exec(id)?.[0] ?? ''} ${String(properties['MessageRetentionPeriod'])}`,
      );
    expect([...new Set(kept)].sort()).toEqual(['Ingress 1209600', 'Timers 345600']);
  });

  it('makes only what the topology needs', () => {
    const names = resourcesOf(applicationOf(smallest))
      .filter(({ type }) => type === 'AWS::Lambda::Function')
      .map(({ properties }) => properties['Description']);
    expect(names).toHaveLength(5);
    expect(applicationOf(smallest).stacks.orchestration).toBeUndefined();
  });
});
