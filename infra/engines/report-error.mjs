/**
 * Loaded before a CDK application (`node --import`): when it ends by an error, writes that error to the file that
 * LANEWAY_ERROR_FILE names, as data. The CDK command line passes on only what was printed, without code and help.
 */
import { writeFileSync } from 'node:fs';

const file = process.env.LANEWAY_ERROR_FILE;
if (file) process.on('uncaughtExceptionMonitor', (error) => writeFileSync(file, JSON.stringify(described(error))));

function described(error) {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), help: [] };
  const help = Array.isArray(error.help) ? error.help.map(String) : [];
  // An error of Laneway has its help in its message as well.
  const tail = help.map((line) => `\n  ${line}`).join('');
  const message = error.message.endsWith(tail)
    ? error.message.slice(0, error.message.length - tail.length)
    : error.message;
  const at = /\(?((?:file:\/\/)?\/[^()\s]+:\d+:\d+)\)?/.exec(firstOwnFrame(error.stack ?? ''))?.[1];
  return {
    name: error.name,
    message,
    help,
    ...(typeof error.code === 'string' ? { code: error.code } : {}),
    ...(at ? { at } : {}),
  };
}

/** The innermost frame that is the application's own. */
function firstOwnFrame(stack) {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return frames.find((line) => !/node_modules|node:|\/shared\/|\/infra\/constructs\//.test(line)) ?? frames[0] ?? '';
}
