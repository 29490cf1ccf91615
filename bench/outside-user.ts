import { openEngine } from '../infra/engines/open-engine.js';
import { outsideUser, type OutsideUser } from '../test/support/outside-user.js';

/**
 * How long it takes somebody outside this repository to get from the packed tarball to a finished workflow, in an empty
 * folder, on a local engine that is up already:
 *
 *   npm run bench -- outside-user [--json]
 *
 * install = npm install of tarball, peers and compiler, from npm's cache where it has them; compile = tsc with skipLibCheck off;
 * deploy = laneway deploy, the first on this engine, bootstrap included; request and workflow = a whole process of the user's each, from start to
 * the answer. The first ones meet functions that never ran; `warm` are medians of the further ones.
 */
const REPEATS = 5;

interface Result {
  readonly bench: 'outside-user';
  /** Milliseconds. */
  readonly ms: Readonly<
    Record<
      'pack' | 'install' | 'help' | 'compile' | 'deploy' | 'request' | 'warmRequest' | 'workflow' | 'warmWorkflow',
      number
    >
  >;
}

async function main(json: boolean): Promise<void> {
  const engine = await openEngine({ progress: (line) => process.stderr.write(`engine: ${line}\n`) });
  try {
    const user = await outsideUser({ environment: engine.environment });
    try {
      report(await measure(user), json);
    } finally {
      user.remove();
    }
  } finally {
    await engine.close();
  }
}

async function measure(user: OutsideUser): Promise<Result> {
  const step = async (...command: [string, ...string[]]) => (await user.must(...command)).ms;
  const talk = (what: string) => step('node', '--import', 'tsx', 'main.ts', what);
  const help = await medianOf(() => step('laneway', '--help'));
  const compile = await step('tsc');
  const deploy = await step('laneway', 'deploy', '--quiet');
  const request = await talk('request');
  const warmRequest = await medianOf(() => talk('request'));
  const workflow = await talk('workflow');
  const warmWorkflow = await medianOf(() => talk('workflow'));
  return {
    bench: 'outside-user',
    ms: { ...user.ms, help, compile, deploy, request, warmRequest, workflow, warmWorkflow },
  };
}

async function medianOf(run: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < REPEATS; at += 1) times.push(await run());
  return times.toSorted((a, b) => a - b)[Math.floor(REPEATS / 2)] ?? 0;
}

function report(result: Result, json: boolean): void {
  if (json) {
    console.log(JSON.stringify(result));
    return;
  }
  const rows: [keyof Result['ms'], string][] = [
    ['pack', 'build and pack, in the clone'],
    ['install', 'npm install: tarball, peers, compiler'],
    ['help', `laneway --help, median of ${REPEATS}`],
    ['compile', 'tsc, skipLibCheck off'],
    ['deploy', 'laneway deploy, bootstrap included'],
    ['request', 'first request, whole process'],
    ['warmRequest', `request, whole process, median of ${REPEATS}`],
    ['workflow', 'first two-step workflow, whole process'],
    ['warmWorkflow', `two-step workflow, whole process, median of ${REPEATS}`],
  ];
  for (const [key, title] of rows)
    console.log(`${title.padEnd(50)} ${(result.ms[key] / 1000).toFixed(2).padStart(7)} s`);
}

await main(process.argv.includes('--json'));
