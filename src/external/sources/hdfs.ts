import type { InputFile } from '../input-file.js';

/** A file on HDFS that a statement reads. */
export interface HdfsFile {
  /** `hdfs://namenode:8020/path`, with all signs as they are. */
  readonly uri: string;
  readonly bytes: number;
}

/** HDFS as an engine reaches it: this program speaks to no namenode. */
export interface HdfsReading {
  /**
   * The files that a path or a pattern of Hadoop's stands for, with all that lies below directories.
   * @throws ExternalReadError
   */
  list(path: string): Promise<readonly HdfsFile[]>;
  /**
   * Answers the file, with its first records, where it is text, at `spooled`.
   * @throws ExternalReadError, also where the engine cannot read the file as it is
   */
  open(file: HdfsFile, spooled: string): Promise<InputFile>;
}
