import { createOutput } from '../../../../cli/context/output.js';

const ESC = String.fromCharCode(0x1b);
const CSI = String.fromCharCode(0x9b);
const OVERRIDE = String.fromCharCode(0x202e);
/** Clears the screen, paints, sets the title, turns the direction. */
const HOSTILE = `${ESC}[2J${ESC}[32mok${ESC}[39m${ESC}]0;title${CSI}31m${OVERRIDE}`;
const SHOWN = '\\u001b[2J\\u001b[32mok\\u001b[39m\\u001b]0;title\\u009b31m\\u202e';

function opened({ json = false, isTTY = true } = {}) {
  const printed = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof printed) => ({ isTTY, write: (text: string) => (printed[name] += text) });
  return { printed, output: createOutput({ json }, stream('stdout'), stream('stderr'), {}) };
}

test('what a result, progress and a failure quote steers no terminal', () => {
  const { printed, output } = opened();
  output.result({}, () => `a ${HOSTILE}\nb`);
  output.progress(HOSTILE);
  output.failure(HOSTILE);
  expect(printed).toEqual({ stdout: `a ${SHOWN}\nb\n`, stderr: `${SHOWN}\n${SHOWN}\n` });
});

test('JSON is the same value, and steers no terminal', () => {
  const { printed, output } = opened({ json: true });
  output.result({ title: HOSTILE }, () => '');
  expect(JSON.parse(printed.stdout)).toEqual({ title: HOSTILE });
  expect(printed.stdout).toBe(`{"title":"${SHOWN}"}\n`);
});

test('colours are those of the command alone', () => {
  const { printed, output } = opened();
  output.result({}, () => output.paint.bad(`no ${ESC}[32mok`));
  expect(printed.stdout).toBe(`${ESC}[31mno \\u001b[32mok${ESC}[39m\n`);
});

test('a link stays hidden in a painted text', () => {
  const { printed, output } = opened();
  output.result({}, () => output.paint.strong(`a-1~1~mh2qo0~${'x'.repeat(43)}`));
  expect(printed.stdout).toBe(`${ESC}[1m(link not shown)${ESC}[22m\n`);
});

test('the screen is cleared on a terminal, and not for JSON', () => {
  const cleared = [opened(), opened({ json: true }), opened({ isTTY: false })].map(({ printed, output }) => {
    output.clear();
    return printed.stdout;
  });
  expect(cleared).toEqual([`${ESC}[2J${ESC}[H`, '', '']);
});
