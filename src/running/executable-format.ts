import { accessSync, closeSync, constants, openSync, readSync } from "node:fs";

/**
 * Whether the system is sure to start a file: one it might refuse (a script whose interpreter is
 * missing, a program for another processor) is better started by a parent that can say so, because
 * a process that fails to replace itself has already given up everything, and Node then aborts it
 * with a dump of its memory.
 *
 * @param known - a program of this machine that runs: Node itself
 */
export function isSureToStart(file: string, known: string): boolean {
  try {
    return canStart(file, headOf(known), 0);
  } catch {
    return false;
  }
}

function canStart(file: string, own: Buffer, depth: number): boolean {
  accessSync(file, constants.X_OK);
  const head = headOf(file);
  if (head.toString("latin1", 0, 2) === "#!") {
    const interpreter = /^#![ \t]*(\/[^\s\0]*)[^\n]*\n/.exec(head.toString("latin1"))?.[1];
    return interpreter !== undefined && depth < 4 && canStart(interpreter, own, depth + 1);
  }
  if (head.toString("latin1", 0, 4) === "\x7fELF") return isSameElf(head, own) && hasItsLoader(head);
  return isSameMachO(head, own);
}

/** Class, byte order, and the machine the program is for. */
function isSameElf(head: Buffer, own: Buffer): boolean {
  return head.length >= 64 && head.subarray(0, 6).equals(own.subarray(0, 6)) && sameBytes(head, own, 18, 20);
}

/** Whether the dynamic loader that a program names is there: a musl program has none on a glibc system. */
function hasItsLoader(head: Buffer): boolean {
  if (head[4] !== 2 || head[5] !== 1) return false;
  const offset = Number(head.readBigUInt64LE(32));
  const size = head.readUInt16LE(54);
  const count = head.readUInt16LE(56);
  for (let entry = offset; entry < offset + size * count; entry += size) {
    const asksForLoader = head.readUInt32LE(entry) === 3;
    if (!asksForLoader) continue;
    const start = Number(head.readBigUInt64LE(entry + 8));
    const length = Number(head.readBigUInt64LE(entry + 32));
    if (start + length > head.length) return false;
    accessSync(head.toString("utf8", start, start + length - 1), constants.X_OK);
  }
  return true;
}

/** The kind of file and the processor; a file for several processors is left to a parent. */
function isSameMachO(head: Buffer, own: Buffer): boolean {
  const magic = own.length >= 8 ? own.readUInt32LE(0) : 0;
  return magic === 0xfeedfacf && head.length >= 8 && sameBytes(head, own, 0, 8);
}

function sameBytes(a: Buffer, b: Buffer, start: number, end: number): boolean {
  return a.subarray(start, end).equals(b.subarray(start, end));
}

function headOf(file: string): Buffer {
  const descriptor = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(4096);
    return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(descriptor);
  }
}
