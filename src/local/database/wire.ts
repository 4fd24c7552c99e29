import { deserialize, serialize, type DeserializeOptions } from 'bson';
import type { Batch, Reply, Request } from './request.ts';
import type { Document } from './value.ts';

/** One message of MongoDB's wire protocol (mongodb.com/docs/manual/reference/mongodb-wire-protocol). */
export interface Message {
  readonly id: number;
  readonly operation: number;
  readonly request: Request;
  /** The client waits for no answer. */
  readonly silent: boolean;
}

export const opMessage = 2013;
/** The way of old servers, which drivers use only to say their first hello. */
export const opQuery = 2004;
export const largestMessage = 48_000_000;
const headerLength = 16;
const opReply = 1;
const options: DeserializeOptions = { promoteValues: false, bsonRegExp: true };

/** Cuts a stream into messages. Throws when the stream is none of MongoDB's. */
export function createSplitter(): (chunk: Buffer) => Buffer[] {
  let chunks: Buffer[] = [];
  let length = 0;
  return (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    const messages: Buffer[] = [];
    while (length >= headerLength) {
      if ((chunks[0]?.length ?? 0) < headerLength) chunks = [Buffer.concat(chunks)];
      const wanted = chunks[0]?.readInt32LE(0) ?? 0;
      if (wanted < headerLength || wanted > largestMessage) throw new Error(`a message of ${wanted} bytes`);
      if (length < wanted) break;
      const all = Buffer.concat(chunks);
      messages.push(all.subarray(0, wanted));
      chunks = [all.subarray(wanted)];
      length -= wanted;
    }
    return messages;
  };
}

/** Reads the identity of a message, so that even an unreadable one can be answered. */
export function readHeader(bytes: Buffer): { id: number; operation: number } {
  return { id: bytes.readInt32LE(4), operation: bytes.readInt32LE(12) };
}

/** Throws for what is not readable: the bytes are the client's. */
export function parseMessage(bytes: Buffer): Message {
  const { id, operation } = readHeader(bytes);
  if (operation === opQuery) {
    const collection = readText(bytes, 20);
    const body = deserialize(bytes.subarray(collection.end + 8), options);
    return { id, operation, silent: false, request: { name: Object.keys(body)[0] ?? '', body } };
  }
  if (operation !== opMessage) throw new Error(`the operation ${operation} is not known`);
  const flags = bytes.readUInt32LE(headerLength);
  if ((flags & 0xffff & ~3) !== 0) throw new Error(`the required flags ${flags} are not known`);
  const end = flags & 1 ? bytes.length - 4 : bytes.length; // A checksum follows.
  let body: Document = {};
  let rawDocuments: Uint8Array[] | undefined;
  const sequences: [string, Uint8Array[]][] = [];
  for (let at = headerLength + 4; at < end;) {
    const kind = bytes.readUInt8(at);
    const size = bytes.readInt32LE(at + 1);
    if (size < 5 || at + 1 + size > end) throw new Error(`a section of ${size} bytes`);
    if (kind === 0) body = deserialize(bytes.subarray(at + 1, at + 1 + size), options);
    else sequences.push(readSequence(bytes.subarray(at + 1, at + 1 + size)));
    at += 1 + size;
  }
  const name = Object.keys(body)[0] ?? '';
  for (const [field, documents] of sequences) {
    if (name === 'insert' && field === 'documents') rawDocuments = documents;
    else body[field] = documents.map((one) => deserialize(one, options));
  }
  return { id, operation, silent: (flags & 2) !== 0, request: { name, body, rawDocuments } };
}

/** The bytes of an answer to a message. */
export function formatReply(to: { id: number; operation: number }, reply: Reply): Buffer {
  const body =
    'batch' in reply ? formatBatch(reply.batch) : serialize({ ok: 1, ...reply.document }, { ignoreUndefined: true });
  const old = to.operation === opQuery;
  const prefix = Buffer.alloc(headerLength + (old ? 20 : 5));
  prefix.writeInt32LE(prefix.length + body.length, 0);
  prefix.writeInt32LE(to.id, 8);
  prefix.writeInt32LE(old ? opReply : opMessage, 12);
  if (old) {
    prefix.writeInt32LE(8, headerLength); // The flag AwaitCapable, which every server sets.
    prefix.writeInt32LE(1, headerLength + 16);
  }
  return Buffer.concat([prefix, body]);
}

/** `{ cursor: { <field>: […], id, ns }, ok: 1 }` around the documents as they are stored, without reading them. */
function formatBatch({ cursorId, namespace, field, documents }: Batch): Buffer {
  const elements = documents.flatMap((document, index) => [Buffer.from(`\x03${index}\0`, 'latin1'), document]);
  const array = framed(elements);
  const rest = serialize({ id: cursorId, ns: namespace }).subarray(4, -1);
  const cursor = framed([Buffer.from(`\x04${field}\0`, 'latin1'), array, rest]);
  return framed([Buffer.from('\x03cursor\0', 'latin1'), cursor, serialize({ ok: 1 }).subarray(4, -1)]);
}

/** A BSON document from its elements: the length before, a zero after. */
function framed(elements: readonly Uint8Array[]): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32LE(elements.reduce((sum, element) => sum + element.length, 5));
  return Buffer.concat([length, ...elements, Buffer.alloc(1)]);
}

function readSequence(section: Buffer): [string, Uint8Array[]] {
  const { text, end } = readText(section, 4);
  const documents: Uint8Array[] = [];
  for (let at = end; at < section.length;) {
    const size = section.readInt32LE(at);
    if (size < 5 || at + size > section.length) throw new Error(`a document of ${size} bytes`);
    documents.push(section.subarray(at, at + size));
    at += size;
  }
  return [text, documents];
}

function readText(bytes: Buffer, start: number): { text: string; end: number } {
  const zero = bytes.indexOf(0, start);
  if (zero < 0) throw new Error('a text without an end');
  return { text: bytes.toString('utf8', start, zero), end: zero + 1 };
}
