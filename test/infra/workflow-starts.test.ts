import { CfnEventSourceMapping, CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { LanewayError } from '../../shared/domain/base/errors.js';
import { ENVIRONMENT } from '../../shared/domain/base/environment.js';
import { shop } from '../kit/applications/fixture-topology.js';
import { applicationOf } from '../kit/stands/synthesized-application.js';

const asl = {
  Comment: 'one step',
  QueryLanguage: 'JSONata' as const,
  TimeoutSeconds: 60,
  StartAt: 'Done',
  States: { Done: { Type: 'Fail' as const, Error: 'E', Cause: 'C' } },
};
const workflows = [{ name: 'order', asl, startedBy: { name: 'OrderPlaced' } }];

/** Processes of the starter at most, and the rate of each. */
function startsOf(options: { readonly startsPerSecond?: number }): readonly unknown[] {
  const { stacks } = applicationOf(shop, { workflows, ...options });
  const stack = stacks.orchestration;
  const starter = stack?.platform.starter?.node.defaultChild;
  if (!stack || !(starter instanceof CfnFunction)) throw new Error('there is no starter');
  const mappings = stack.node.findAll().filter((node) => node instanceof CfnEventSourceMapping);
  const own = mappings.filter(
    ({ functionName }) => JSON.stringify(stack.resolve(functionName)) === JSON.stringify(stack.resolve(starter.ref)),
  );
  const { variables } = stack.resolve(starter.environment) as { readonly variables: Record<string, string> };
  const scaling = own.map(({ scalingConfig }) => scalingConfig as { readonly maximumConcurrency?: number });
  return [...scaling.map((one) => one.maximumConcurrency), JSON.parse(variables[ENVIRONMENT.startRate] ?? '')];
}

test('workflows are started below the quota of StartExecution, by so many processes at such a rate', () => {
  expect(startsOf({})).toEqual([5, { perSecond: 20, burst: 100 }]);
});

test('an application asks for another rate', () => {
  expect(startsOf({ startsPerSecond: 1_000 })).toEqual([50, { perSecond: 20, burst: 100 }]);
});

test('a rate that no quota allows is refused', () => {
  expect(() => startsOf({ startsPerSecond: 0 })).toThrow(LanewayError);
});

test.each([
  // Each takes 90 ms with lease and answer, and half as many again are reserved.
  [{ perSecond: 2_500, takes: '40 milliseconds' }, 338],
  [{ perSecond: 1, takes: '40 milliseconds' }, 2],
] as const)('the dispatcher gets the invocations of its load: %j reserves %i', (dispatches, reserved) => {
  const platform = (options: object) => applicationOf(shop, { workflows, ...options }).stacks.orchestration?.platform;
  const reservedOf = (options: object) =>
    Object.entries(platform(options) ?? {}).flatMap(([name, fn]) => {
      const { reservedConcurrentExecutions } = fn.node.defaultChild as CfnFunction;
      return reservedConcurrentExecutions === undefined ? [] : [[name, reservedConcurrentExecutions]];
    });
  expect(reservedOf({})).toEqual([]);
  expect(reservedOf({ dispatches })).toEqual([['dispatcher', reserved]]);
});

test('a load that no reservation bears is refused', () => {
  const dispatches = { perSecond: 20_000, takes: '100 milliseconds' } as const;
  expect(() => applicationOf(shop, { workflows, dispatches })).toThrow(
    /dispatches: 20000 messages a second.*4500 invoc/,
  );
});
