import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { CommanderError } from 'commander';
import { describeError } from './context/describe-error.js';
import { EXIT, exitCodeOf } from './context/exit-codes.js';
import { createProgram } from './program.js';

/** Runs the command line and returns the exit code. Nothing but commander is loaded until a command is chosen. */
export async function runCli(argv: readonly string[]): Promise<number> {
  // Before any client is made: the SDK's word on Node's age is for us, not for who sends a message.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  let code: number = EXIT.ok;
  const program = createProgram(version(), (result) => (code = result));
  try {
    await program.parseAsync([...argv]);
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage;
    const text = describeError(error, program.opts<{ debug?: boolean }>().debug === true);
    if (text !== undefined) (await import('./context/output.js')).createOutput({}).failure(text);
    return exitCodeOf(error);
  } finally {
    await tellUnreadable();
  }
}

/** Tells what the command's stores could not read; it loads nothing where no command has opened any. */
async function tellUnreadable(): Promise<void> {
  const { hasOpened, tellPassedOver } = await import('./context/passed-over.js');
  if (hasOpened()) tellPassedOver((await import('./context/output.js')).createOutput({}));
}

function version(): string {
  const file = createRequire(import.meta.url).resolve('laneway/package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
