import { runChildGroup } from '../../../../infra/engines/child-group.js';

const node = (script: string) => ['-e', script] as const;
const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('runChildGroup', () => {
  it('gives the exit code and every line of both outputs', async () => {
    const lines: string[] = [];
    const script = 'console.log("a\\nb"); console.error("c"); process.exitCode = 7';
    const code = await runChildGroup(process.execPath, node(script), { onLine: (line) => void lines.push(line) });
    expect(code).toBe(7);
    expect(lines.sort()).toEqual(['a', 'b', 'c']);
  });

  it('ends the command and what it started when aborted', async () => {
    const abort = new AbortController();
    const pids: number[] = [];
    const grandchild = 'setInterval(() => 0, 1000)';
    const script = `const c = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}]);
      console.log(process.pid, c.pid); setInterval(() => 0, 1000)`;
    const code = await runChildGroup(process.execPath, node(script), {
      signal: abort.signal,
      onLine: (line) => {
        pids.push(...line.split(' ').map(Number));
        abort.abort();
      },
    });
    expect(code).toBeGreaterThan(128);
    expect(pids).toHaveLength(2);
    // A killed grandchild stays in the process table until its new parent has reaped it.
    for (let tries = 0; tries < 200 && pids.some(alive); tries++) await new Promise((done) => setTimeout(done, 25));
    expect(pids.filter(alive)).toEqual([]);
  });

  it('rejects for a command that does not exist', async () => {
    await expect(runChildGroup('/no/such/command', [], { onLine: () => undefined })).rejects.toThrow(/ENOENT/);
  });
});
