import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zip } from '../../../../../../cli/commands/deployment/dev/zip.js';

const folder = mkdtempSync(join(tmpdir(), 'laneway-zip-'));
afterAll(() => rmSync(folder, { recursive: true }));

const files = new Map([
  ['index.mjs', Buffer.from('export const handler = () => 1;\n'.repeat(500))],
  ['größe/leer.txt', Buffer.alloc(0)],
]);

describe('a zip archive', () => {
  it('is read by another implementation, every checksum right', () => {
    const path = join(folder, 'code.zip');
    writeFileSync(path, zip(files));
    const script = `
import json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
print(json.dumps([[i.filename, archive.read(i).decode(), oct(i.external_attr >> 16)] for i in archive.infolist()]))`;
    const { stdout, stderr } = spawnSync('python3', ['-c', script, path], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const expected = [...files].map(([name, content]) => [name, content.toString(), '0o100644']);
    expect(JSON.parse(stdout)).toEqual(expected);
  });

  it('is the same for the same files, and smaller than they are', () => {
    expect(zip(files).equals(zip(files))).toBe(true);
    expect(zip(files).length).toBeLessThan(1_000);
  });
});
