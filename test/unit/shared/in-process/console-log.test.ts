import { consoleLog } from '../../../../shared/in-process/console-log.js';

test('a line of the log steers no terminal', () => {
  const write = process.stderr.write.bind(process.stderr);
  const written: unknown[] = [];
  process.stderr.write = (text: unknown) => written.push(text) > 0;
  try {
    consoleLog('shop').warn(`leak ${String.fromCharCode(0x1b)}]0;t`, { type: String.fromCharCode(0x9b, 0x202e) });
  } finally {
    process.stderr.write = write;
  }
  expect(written).toEqual([String.raw`shop warn: leak \u001b]0;t { type: '\x9B\u202e' }` + '\n']);
});
