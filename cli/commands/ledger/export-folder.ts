import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { appendFile, mkdir, readdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { dayFile, daysOf, EXPORT_FILES } from '../../../shared/domain/evidence/ledger-export.js';
import { tellAtEnd } from '../../context/passed-over.js';
import { defined } from '../../../shared/domain/base/defined.js';
import { UnreadableRows } from '../../../shared/domain/form/passed-over.js';
import { readLines } from '../../../shared/domain/evidence/archive-objects.js';
import {
  comesAfter,
  type ArchivePlace,
  type ArchiveLine,
  type ArchiveReader,
} from '../../../shared/domain/evidence/archive.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import type { ExportSink } from '../../../shared/operator/evidence/export-ledger.js';
import type { ExportSource } from '../../../shared/operator/evidence/verify-ledger.js';

/** An export in a folder: written, verified, and read as the archive that it is a part of. */
export class ExportFolder implements ExportSink, ExportSource {
  constructor(readonly path: string) {}

  /** @throws LanewayError NOT_FOUND when there is no export in the folder */
  static open(path: string): ExportFolder {
    if (existsSync(join(path, EXPORT_FILES.manifest)) || existsSync(join(path, EXPORT_FILES.seals)))
      return new ExportFolder(path);
    throw new LanewayError('NOT_FOUND', `there is no export of a ledger in ${path}`, {
      help: [`it would hold ${EXPORT_FILES.manifest}; make one: laneway ledger export --out ${path}`],
    });
  }

  async append(file: string, text: string): Promise<void> {
    const path = join(this.path, file);
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, text);
  }

  async files(): Promise<string[]> {
    const entries = await readdir(this.path, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(this.path, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort();
  }

  async *lines(file: string): AsyncIterable<string | undefined> {
    const path = join(this.path, file);
    if (!existsSync(path)) return;
    // Bytes, not text: a byte that is no UTF-8 must not be read as another one.
    let rest = Buffer.alloc(0);
    for await (const chunk of createReadStream(path)) {
      const bytes = Buffer.concat([rest, chunk as Buffer]);
      let from = 0;
      for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, from)) {
        yield decode(bytes.subarray(from, end));
        from = end + 1;
      }
      rest = bytes.subarray(from);
    }
    if (rest.length > 0) yield undefined;
  }

  async hash(file: string): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(join(this.path, file))) hash.update(chunk as Buffer);
    return hash.digest('hex');
  }
}

/** The entries of an export, read as the archive is. */
export class ExportArchive implements ArchiveReader {
  readonly #unreadable = new UnreadableRows();

  constructor(private readonly folder: ExportFolder) {
    tellAtEnd(this.#unreadable);
  }

  async days(): Promise<string[]> {
    return daysOf(await this.folder.files());
  }

  async *lines(day: string, kind?: string, after?: ArchivePlace): AsyncIterable<ArchiveLine> {
    for await (const text of this.folder.lines(dayFile(day, EXPORT_FILES.chain))) {
      const lines = readLines(text ?? '', { name: day, passedOver: this.#unreadable, ...defined({ kind }) });
      yield* after === undefined ? lines : lines.filter((line) => comesAfter(line, after));
    }
  }
}

const LINE_END = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
