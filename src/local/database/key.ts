import { Binary, Double, Int32, Long, ObjectId } from 'bson';
import { unsupported } from './errors.ts';
import { isDocument } from './value.ts';

/** What the empty array puts into an index: it sorts before null, and no filter by value finds it. */
export const emptyArrayKey: Buffer = Buffer.from([4]);
export const numberRank = 10;

/**
 * The order of the types, as MongoDB sorts them (mongodb.com/docs/manual/reference/bson-type-comparison-order). Values of
 * different rank are never equal, less or greater to a filter; a missing value counts as null.
 */
export function rankOf(value: unknown): number {
  if (value === undefined || value === null) return 5;
  if (typeof value === 'number' || value instanceof Int32 || value instanceof Double || value instanceof Long)
    return numberRank;
  if (typeof value === 'string') return 15;
  if (isDocument(value)) return 20;
  if (Array.isArray(value)) return 25;
  if (value instanceof Binary) return 30;
  if (value instanceof ObjectId) return 35;
  if (typeof value === 'boolean') return 40;
  if (value instanceof Date) return 45;
  return unsupported(`Comparing a ${Object.getPrototypeOf(value)?.constructor?.name ?? typeof value}`);
}

/** Bytes that sort as MongoDB sorts the values: comparing the bytes is comparing the values. */
export function encode(value: unknown): Buffer {
  const sink = { bytes: Buffer.allocUnsafe(64), length: 0 };
  put(sink, value);
  return sink.bytes.subarray(0, sink.length);
}

export function sameValue(a: unknown, b: unknown): boolean {
  return encode(a).equals(encode(b));
}

export function compareValues(a: unknown, b: unknown): number {
  return Buffer.compare(encode(a), encode(b));
}

interface Sink {
  bytes: Buffer;
  length: number;
}

function put(sink: Sink, value: unknown): void {
  putByte(sink, rankOf(value));
  if (typeof value === 'string') putText(sink, value);
  else if (typeof value === 'boolean') putByte(sink, value ? 1 : 0);
  else if (typeof value === 'number') putNumber(sink, value, 0);
  else if (value instanceof Int32 || value instanceof Double) putNumber(sink, value.value, 0);
  else if (value instanceof Long) {
    const near = value.toNumber();
    putNumber(sink, near, Number(value.toBigInt() - BigInt(near)));
  } else if (value instanceof Date) {
    room(sink, 8).writeBigInt64BE(BigInt(value.getTime()) ^ (-1n << 63n), sink.length);
    sink.length += 8;
  } else if (value instanceof ObjectId) putBytes(sink, value.id);
  else if (value instanceof Binary) {
    sink.length = room(sink, 5).writeUInt32BE(value.position, sink.length);
    putByte(sink, value.sub_type);
    putBytes(sink, value.buffer.subarray(0, value.position));
  } else if (Array.isArray(value)) {
    for (const element of value) put(sink, element);
    putByte(sink, 0);
  } else if (isDocument(value)) {
    for (const [field, inner] of Object.entries(value)) {
      putByte(sink, rankOf(inner));
      putText(sink, field);
      put(sink, inner);
    }
    putByte(sink, 0);
  }
}

function room(sink: Sink, size: number): Buffer {
  if (sink.length + size <= sink.bytes.length) return sink.bytes;
  const larger = Buffer.allocUnsafe((sink.length + size) * 2);
  sink.bytes.copy(larger, 0, 0, sink.length);
  return (sink.bytes = larger);
}

function putByte(sink: Sink, byte: number): void {
  sink.length = room(sink, 1).writeUInt8(byte, sink.length);
}

function putBytes(sink: Sink, bytes: Uint8Array): void {
  room(sink, bytes.length).set(bytes, sink.length);
  sink.length += bytes.length;
}

/** Zero bytes are escaped and two end the text, so that a shorter text sorts before the longer one it begins. */
function putText(sink: Sink, text: string): void {
  putBytes(sink, Buffer.from(text.includes('\0') ? text.replaceAll('\0', '\0\u{7f}') : text));
  sink.length = room(sink, 2).writeUInt16BE(0, sink.length);
}

/** A double whose bytes sort, then a tie-breaker for the 64-bit integers that a double cannot tell apart. */
function putNumber(sink: Sink, value: number, tie: number): void {
  const bytes = room(sink, 10);
  const start = sink.length;
  sink.length += 10;
  if (Number.isNaN(value)) return void bytes.fill(0, start, sink.length);
  bytes.writeDoubleBE(value === 0 ? 0 : value, start);
  const bits = bytes.readBigUInt64BE(start);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, bits >> 63n ? ~bits : bits | (1n << 63n)), start);
  bytes.writeUInt16BE(0x8000 + tie, start + 8);
}
