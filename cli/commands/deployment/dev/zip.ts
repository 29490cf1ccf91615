import { Buffer } from 'node:buffer';
import { crc32, deflateRawSync } from 'node:zlib';

const utf8Names = 0x0800;
const deflate = 8;
/** 1980-01-01, the first day that the format knows: equal content gives equal archives. */
const firstDay = 0x21;
const readableByAll = 0o100644;

/** A zip archive (PKWARE APPNOTE, without its 64-bit extension: up to 4 GB) of files by name. */
export function zip(files: ReadonlyMap<string, Uint8Array>): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const path = Buffer.from(name);
    const packed = deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(utf8Names, 2);
    common.writeUInt16LE(deflate, 4);
    common.writeUInt16LE(0, 6);
    common.writeUInt16LE(firstDay, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(path.length, 22);
    local.push(signature(0x04034b50), common, path, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(readableByAll * 0x10000, 6);
    tail.writeUInt32LE(offset, 10);
    // Made by Unix, so that the mode of the files counts.
    central.push(signature(0x02014b50), Buffer.from([20, 3]), common, tail, path);
    offset += 4 + common.length + path.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.size, 4);
  end.writeUInt16LE(files.size, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...local, directory, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
