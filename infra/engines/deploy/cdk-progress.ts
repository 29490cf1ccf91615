/** One report of a running deployment: a step, the state of a stack, or a line for the reader. Times are milliseconds. */
export type DeployProgress =
  | { readonly kind: 'step'; readonly step: DeployStep; readonly state: 'started' }
  | { readonly kind: 'step'; readonly step: DeployStep; readonly state: 'done'; readonly ms: number }
  | {
      readonly kind: 'stack';
      readonly stack: string;
      readonly state: StackState;
      readonly resources: number;
      readonly ms: number;
    }
  | { readonly kind: 'note'; readonly line: string };

/** The steps of a deployment; bootstrap and bridge on local engines only. */
export type DeployStep = 'bootstrap' | 'synth' | 'deploy' | 'bridge' | 'destroy';

/** State of a stack in a deployment; its resources are counted as they complete. */
export type StackState = 'working' | 'deployed' | 'unchanged' | 'destroyed' | 'failed';

/** One line for standard error; undefined for the start of a step and for a stack at work, which are not printed. */
export function describeProgress(progress: DeployProgress): string | undefined {
  if (progress.kind === 'note') return progress.line;
  if (progress.kind === 'step')
    return progress.state === 'done' ? `${progress.step} ${seconds(progress.ms)}` : undefined;
  const { stack, state, resources, ms } = progress;
  if (state === 'working') return undefined;
  return `${stack} ${state}${state === 'unchanged' ? '' : `, ${resources} resources, ${seconds(ms)}`}`;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** Reads the lines that `cdk deploy` and `cdk destroy` print with `--ci --progress events`, and reports each stack's progress. */
export function readCdkProgress(report: (progress: DeployProgress) => void, now: () => number = Date.now) {
  const stacks = new Map<string, { startedAt: number; done: Set<string> }>();
  const stackOf = (name: string) => {
    const known = stacks.get(name) ?? { startedAt: now(), done: new Set<string>() };
    stacks.set(name, known);
    return known;
  };
  const tell = (name: string, state: StackState) => {
    const { startedAt, done } = stackOf(name);
    report({ kind: 'stack', stack: name, state, resources: done.size, ms: now() - startedAt });
  };
  return (line: string): void => {
    const event = /^(\S+) +\|.*\| +\w+_COMPLETE +\| +(\S+) +\| +(.*\S)/.exec(line);
    if (event?.[1] !== undefined) {
      if (event[2] === 'AWS::CloudFormation::Stack') return;
      stackOf(event[1]).done.add(`${event[2]} ${event[3]}`);
      tell(event[1], 'working');
      return;
    }
    const begun = /^(\S+): (?:deploying|destroying)\.\.\./.exec(line)?.[1];
    if (begun !== undefined) return tell(begun, 'working');
    const ended = /^ *✅ +(\S+?)(: destroyed| \(no changes\))?$/.exec(line);
    if (ended?.[1] !== undefined) {
      return tell(ended[1], ended[2] === undefined ? 'deployed' : ended[2].startsWith(':') ? 'destroyed' : 'unchanged');
    }
    const failed = /^ *❌ +(\S+?)(?: failed|:)/.exec(line)?.[1];
    if (failed !== undefined) tell(failed, 'failed');
  };
}
