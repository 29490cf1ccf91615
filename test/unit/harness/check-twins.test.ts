import { checkExecutions } from 'laneway/testing';
import { allTwins, definitions } from '../../support/twins/all-twins.js';
import { playInHarness } from '../../support/twins/harness-side.js';
import { twins } from '../../support/twins/topology.js';

// Executions with every verb, ended well and badly: by the code that they ran on, each goes the same way through.
test.each(allTwins.map((twin) => [twin.name, twin] as const))(
  '%s is the same by the same code',
  async (_name, twin) => {
    const { recordings } = await playInHarness(twin);
    const recorded = await recordings();
    expect(recorded.length).toBeGreaterThan(0);
    const checks = await checkExecutions(twins, definitions, recorded);
    expect(checks.flatMap(({ findings }) => findings)).toEqual([]);
    expect(checks.map(({ execution, verdict }) => [execution, verdict])).toEqual(
      recorded.map(({ execution }) => [execution, 'same']),
    );
  },
);
