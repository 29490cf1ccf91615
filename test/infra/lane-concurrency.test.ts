import { Stack } from 'aws-cdk-lib';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { LANE_CONCURRENCY, type LaneConcurrency } from 'laneway/cdk';
import { shop } from '../kit/applications/fixture-topology.js';
import { applicationOf, idIn, resourcesOf } from '../kit/stands/synthesized-application.js';

/** Caps of the mappings of an agent's lanes, by priority; `null` = none. */
function capsOf(agent: string, laneConcurrency?: LaneConcurrency): Readonly<Record<string, unknown>> {
  const functions = laneConcurrency === undefined ? {} : { [agent]: { laneConcurrency } };
  const application = applicationOf(shop, { functions });
  const resources = resourcesOf(application);
  // The functions are made elsewhere, and their mappings stand in their stack.
  const mappings = application.node.root.node.findAll().filter((node) => node instanceof CfnEventSourceMapping);
  return Object.fromEntries(
    Object.entries(application.mailbox(agent).lanes).map(([priority, lane]) => {
      const { stack } = lane.queue;
      const id = stack.getLogicalId(lane.queue.node.defaultChild as never);
      const [mapping] = mappings.filter((one) => idIn(Stack.of(one).resolve(one.eventSourceArn), resources) === id);
      expect(mapping).toBeDefined();
      const scaling = mapping?.scalingConfig as { readonly maximumConcurrency?: number } | undefined;
      return [priority, scaling?.maximumConcurrency ?? null];
    }),
  );
}

test('lanes below the highest are capped', () => {
  expect(capsOf('warehouse')).toMatchObject({ critical: null, normal: LANE_CONCURRENCY.normal });
});

test('an application sets the cap of a lane, and the others keep theirs', () => {
  const usual = capsOf('warehouse');
  expect(capsOf('warehouse', { normal: 40 })).toEqual({ ...usual, normal: 40 });
  expect(capsOf('warehouse', { normal: 2 })).toEqual({ ...usual, normal: 2 });
  expect(capsOf('warehouse', { normal: undefined })).toEqual({ ...usual, normal: null });
});
