import { describeProgress, type DeployProgress, type DeployStep } from '../../../infra/engines/deploy/cdk-progress.js';
import { visibleLine } from '../../../shared/domain/base/visible-text.js';
import { plainPaint } from '../../render/paint.js';
import { span } from '../../render/time.js';
import type { Output } from '../../context/output.js';

/** Shows how a deployment goes, on stderr. */
export interface DeployView {
  readonly progress: (progress: DeployProgress) => void;
  /** Ends the view; with an error, steps under way are marked as failed. */
  end(error?: unknown): Promise<void>;
}

const titles: Readonly<Record<DeployStep, string>> = {
  bootstrap: 'prepare the engine (cdk bootstrap)',
  synth: 'synthesize and bundle',
  deploy: 'deploy the stacks',
  bridge: 'set what the engine dropped',
  destroy: 'destroy the stacks',
};

/** A moving list on a terminal, a line for each thing done elsewhere, nothing with `--quiet`. */
export async function deployView(steps: readonly DeployStep[], output: Output): Promise<DeployView> {
  // listr2 falls back to a renderer on stdout, which is for data, unless both are terminals.
  if (process.stderr.isTTY && process.stdout.isTTY && !output.quiet) return listView(steps, output);
  return {
    progress: (progress) => {
      const line = describeProgress(progress);
      if (line !== undefined) output.progress(line);
    },
    end: () => Promise.resolve(),
  };
}

/** The steps that a deployment to a target has. */
export function deploySteps(kind: 'aws' | 'local'): DeployStep[] {
  return kind === 'aws' ? ['synth', 'deploy'] : ['bootstrap', 'synth', 'deploy', 'bridge'];
}

interface Step {
  readonly done: Promise<number>;
  finish(ms: number): void;
  fail(error: Error): void;
  say?: (line: string) => void;
}

async function listView(steps: readonly DeployStep[], output: Output): Promise<DeployView> {
  const { Listr, ListrLogger, ProcessOutput } = await import('listr2');
  const running = new Map(steps.map((step) => [step, newStep()]));
  const stacks = new Map<string, string>();
  const notes: string[] = [];
  let over = false;
  const list = new Listr(
    [...running].map(([name, step]) => ({
      title: titles[name],
      task: async (_: unknown, task: { title: string; output: string; skip(reason?: string): void }) => {
        step.say = (line) => (task.output = visibleLine(line));
        const ms = await step.done;
        // Not every deployment has every step: an engine is bootstrapped once.
        if (ms < 0) task.skip(`${titles[name]}: not needed`);
        else task.title = `${titles[name]}  ${span(ms)}`;
      },
    })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      renderer: 'default',
      rendererOptions: {
        logger: new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) }),
      },
    },
  );
  const drawn = list.run().catch(() => undefined);
  return {
    progress: (progress) => {
      if (over) return;
      if (progress.kind === 'step' && progress.state === 'done') running.get(progress.step)?.finish(progress.ms);
      if (progress.kind === 'note') notes.push(progress.line);
      if (progress.kind !== 'stack') return;
      stacks.set(progress.stack, `${progress.stack} ${progress.state}, ${progress.resources} resources`);
      for (const step of ['deploy', 'destroy'] as const)
        running.get(step)?.say?.([...stacks.values()].join(plainPaint.faint('; ')));
    },
    end: async (error) => {
      over = true;
      for (const step of running.values()) {
        if (error === undefined) step.finish(-1);
        else step.fail(new Error(error instanceof Error ? visibleLine(error.message.split('\n')[0] ?? '') : 'failed'));
      }
      await drawn;
      // A finished list shows only its titles; the user must also see which parts an engine dropped or was spared.
      for (const line of notes) output.progress(`  ${line}`);
    },
  };
}

function newStep(): Step {
  let finish: (ms: number) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const done = new Promise<number>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  // The step may fail before the list waits for it; Node would take that for an unhandled rejection.
  done.catch(() => undefined);
  return { done, finish, fail };
}
