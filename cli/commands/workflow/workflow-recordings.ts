import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Execution } from '../../../shared/domain/execution/executions.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { checkWorkflow } from '../../../shared/operator/workflows/workflow-services.js';
import { checkExecutions } from '../../../shared/testing/recordings/check-executions.js';
import { recordExecution } from '../../../shared/testing/recordings/record-execution.js';
import { readRecordings, type RecordedExecution } from '../../../shared/testing/recordings/recorded-execution.js';
import type { CommandContext } from '../../context/command-context.js';
import { EXIT, type ExitCode } from '../../context/exit-codes.js';
import { slowProgress } from '../ledger/slow-progress.js';
import { checksText } from '../../render/execution-checks.js';
import { synthesizedWorkflows } from '../../context/synthesized-workflows.js';
import { workflowsOf } from './workflow.js';

/** Options of `laneway workflow export`. */
export interface WorkflowExportOptions {
  readonly out: string;
  readonly running?: boolean;
  readonly workflow?: string;
  /** Executions of each workflow. */
  readonly limit: number;
}

/** Options of `laneway workflow check`. */
export interface WorkflowCheckOptions {
  readonly against: string;
}

/**
 * Writes executions with what their steps were answered, one line of JSON for each. The file is put in place when it is whole.
 * @throws LanewayError NOT_FOUND when nothing is deployed, and for a workflow that is not; UNAVAILABLE
 */
export async function workflowExportCommand(context: CommandContext, options: WorkflowExportOptions): Promise<void> {
  const { output } = context;
  const services = await workflowsOf(context);
  const { executions, topology, pending, sagas, publishing } = services;
  if (options.workflow !== undefined) checkWorkflow(options.workflow, services);
  const names = options.workflow === undefined ? executions.workflows : [options.workflow];
  const out = resolve(options.out);
  const part = `${out}.part`;
  await mkdir(dirname(out), { recursive: true });
  await writeFile(part, '');
  const slow = slowProgress(output.progress);
  const written = { executions: 0, running: 0, passedOver: 0 };
  try {
    for (const workflow of names) {
      for await (const { name, status } of latest(
        executions.list(workflow, options.running ? 'running' : undefined),
        options.limit,
      )) {
        slow(() => `exporting ${workflow}: ${written.executions} executions so far`);
        const recorded = await recordExecution(workflow, name, {
          ...{ topology, executions, pending, sagas, payloads: publishing.payloads },
        }).catch(stored);
        if (recorded === undefined) {
          written.passedOver++;
          continue;
        }
        await appendFile(part, `${JSON.stringify(recorded)}\n`);
        written.executions++;
        if (status === 'running') written.running++;
      }
    }
    await rename(part, out);
  } finally {
    await rm(part, { force: true });
  }
  output.result({ ...written, to: options.out }, () =>
    [
      `${written.executions} executions, ${written.running} of them running, in ${options.out}`,
      ...(written.passedOver > 0
        ? [
            `${written.passedOver} others were started by no message of Laneway, or what they were answered is stored no longer`,
          ]
        : []),
      `check the sources against it: laneway workflow check --against ${options.out}`,
    ].join('\n'),
  );
}

/**
 * Runs exported executions through the workflows of the sources, as they would be deployed to AWS. Ends with 0 when each goes the way
 * that it went, 1 when one breaks or differs.
 * @throws LanewayError NOT_FOUND when there is no export, UNPARSEABLE for a line that is no execution, REFUSED for one of another
 * application
 */
export async function workflowCheckCommand(
  context: CommandContext,
  { against }: WorkflowCheckOptions,
): Promise<ExitCode> {
  const { output } = context;
  const recordings = readExport(against);
  const { topology } = await context.topology();
  for (const { application, execution } of recordings)
    if (application !== topology.name) throw ofAnother(application, execution, topology.name);
  const workflows = await synthesizedWorkflows(context, { kind: 'aws' });
  const slow = slowProgress(output.progress);
  const checks = await checkExecutions(
    topology,
    [...workflows].map(([name, asl]) => ({ name, asl })),
    recordings,
    { progress: (done) => slow(() => `checking: ${done} of ${recordings.length} executions`) },
  );
  const ok = checks.every(({ verdict }) => verdict === 'same' || verdict === 'noted');
  output.result({ ok, executions: checks }, () => checksText(checks, output.paint).join('\n'));
  return ok ? EXIT.ok : EXIT.failed;
}

/** An execution of which something has expired is passed over, as one that has gone from the list is. */
function stored(error: unknown): undefined {
  if (error instanceof LanewayError && error.code === 'NOT_FOUND') return undefined;
  throw error;
}

function readExport(against: string): RecordedExecution[] {
  const path = resolve(against);
  const files = !existsSync(path)
    ? []
    : statSync(path).isDirectory()
      ? readdirSync(path)
          .filter((file) => file.endsWith('.jsonl'))
          .sort()
          .map((file) => join(path, file))
      : [path];
  const recordings = files.flatMap((file) => readRecordings(readFileSync(file, 'utf8'), file));
  if (recordings.length > 0) return recordings;
  throw new LanewayError('NOT_FOUND', `there is no recorded execution in ${path}`, {
    help: ['make an export where the application is deployed: laneway workflow export --out executions.jsonl'],
  });
}

function ofAnother(application: string, execution: string, own: string): LanewayError {
  return new LanewayError('REFUSED', `${execution} was recorded of '${application}', and the sources are of '${own}'`, {
    help: ['check an export in the folder of the application that it was made of'],
  });
}

async function* latest(all: AsyncIterable<Execution>, most: number): AsyncGenerator<Execution> {
  let given = 0;
  for await (const one of all) {
    if (given++ >= most) return;
    yield one;
  }
}
