import { writeSync } from "node:fs";
import { Writable } from "node:stream";

/**
 * Standard output that is a file. Node's own stream drops what a disk that fills up does not take, and
 * reports nothing (`SyncWriteStream`, Node 20 to 24).
 */
export class FileOutput extends Writable {
  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    try {
      for (let rest = chunk; rest.length > 0; ) rest = rest.subarray(writeSync(1, rest));
      done();
    } catch (error) {
      done(error as Error);
    }
  }
}
