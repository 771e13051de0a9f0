import { open, stat } from 'node:fs/promises';

/** How a file is packed, as its first bytes tell. */
export type Compression = 'none' | 'gzip' | 'zstd' | 'bzip2' | 'xz' | 'zip';

/** A file that a statement reads. */
export interface InputFile {
  /** What the user calls it: a path, a URI. */
  readonly source: string;
  /** Where it lies; what the engine opens. */
  readonly path: string;
  /** Bytes as stored at its source. */
  readonly bytes: number;
  readonly compression: Compression;
  /** The file is a copy in which NULL_BYTE_MARK stands for null bytes. */
  readonly hasMarkedNullBytes?: true;
  /** Where the engine reads the file; what lies at `path` is its beginning only. */
  readonly remotePath?: string;
}

const signatures: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
];

async function firstBytes(path: string): Promise<Buffer> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Looks at a file's size and first bytes. Names are not asked: `.gz` files are often plain, and the other way round. */
export async function inspectFile(source: string, path: string): Promise<InputFile> {
  const [{ size }, head] = await Promise.all([stat(path), firstBytes(path)]);
  const found = signatures.find(([, bytes]) => bytes.every((byte, index) => head[index] === byte));
  return { source, path, bytes: size, compression: found?.[0] ?? 'none' };
}
