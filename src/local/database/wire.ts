import { serialize } from 'bson';
import type { Batch, Reply, Request } from './request.ts';
import { readDocument, type Document } from './value.ts';

/** One message of MongoDB's wire protocol (mongodb.com/docs/manual/reference/mongodb-wire-protocol). */
export interface Header {
  readonly id: number;
  readonly operation: number;
}
export const opMessage = 2013;
/** The way of old servers, which drivers use only to say their first hello. */
export const opQuery = 2004;
export const largestMessage = 48_000_000;
const headerLength = 16;

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

export function readHeader(bytes: Buffer): Header {
  return { id: bytes.readInt32LE(4), operation: bytes.readInt32LE(12) };
}

/** Reads a message; `silent` when the client waits for no answer. Throws for what is not readable. */
export function parseMessage(bytes: Buffer, { operation }: Header): { request: Request; silent: boolean } {
  if (operation === opQuery) {
    const body = readDocument(bytes.subarray(readText(bytes, 20).end + 8));
    return { request: { name: Object.keys(body)[0] ?? '', body }, silent: false };
  }
  const flags = bytes.readUInt32LE(headerLength);
  const end = flags & 1 ? bytes.length - 4 : bytes.length; // A checksum follows.
  let body: Document = {};
  const sequences: { text: string; documents: Uint8Array[] }[] = [];
  for (let at = headerLength + 4; at < end;) {
    const section = piece(bytes, at + 1, end);
    if (bytes[at] === 0) body = readDocument(section);
    else sequences.push(readSequence(section));
    at += 1 + section.length;
  }
  const name = Object.keys(body)[0] ?? '';
  let rawDocuments: Uint8Array[] | undefined;
  for (const { text, documents } of sequences) {
    if (name === 'insert' && text === 'documents') rawDocuments = documents;
    else body[text] = documents.map(readDocument);
  }
  return { request: { name, body, rawDocuments }, silent: (flags & 2) !== 0 };
}

/** The bytes of an answer to a message. */
export function formatReply(to: Header, reply: Reply): Buffer {
  const body = isBatch(reply) ? formatBatch(reply) : serialize({ ok: 1, ...reply }, { ignoreUndefined: true });
  const old = to.operation === opQuery;
  const head = Buffer.alloc(headerLength + (old ? 20 : 5));
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(to.id, 8);
  head.writeInt32LE(old ? 1 : opMessage, 12);
  if (old) head.writeInt32LE(1, headerLength + 16); // OP_REPLY says how many documents follow.
  return Buffer.concat([head, body]);
}

function isBatch(reply: Reply): reply is Batch {
  return 'batch' in reply;
}

/** `{ cursor: { <field>: […], id, ns }, ok: 1 }` around the documents as they are stored, without reading them. */
function formatBatch({ batch, field, cursor }: Batch): Buffer {
  const elements = batch.flatMap((document, index) => [Buffer.from(`\x03${index}\0`), document]);
  const inner = framed([Buffer.from(`\x04${field}\0`), framed(elements), serialize(cursor).subarray(4, -1)]);
  return framed([Buffer.from('\x03cursor\0'), inner, serialize({ ok: 1 }).subarray(4, -1)]);
}

/** A BSON document from its elements: the length before, a zero after. */
function framed(elements: readonly Uint8Array[]): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32LE(elements.reduce((sum, element) => sum + element.length, 5));
  return Buffer.concat([length, ...elements, Buffer.alloc(1)]);
}

function readSequence(section: Buffer): { text: string; documents: Uint8Array[] } {
  const { text, end } = readText(section, 4);
  const documents: Uint8Array[] = [];
  for (let at = end; at < section.length; at += documents.at(-1)?.length ?? 0)
    documents.push(piece(section, at, section.length));
  return { text, documents };
}

/** What begins with its own length. */
function piece(bytes: Buffer, start: number, end: number): Buffer {
  const size = bytes.readInt32LE(start);
  if (size < 5 || start + size > end) throw new Error(`a piece of ${size} bytes`);
  return bytes.subarray(start, start + size);
}

function readText(bytes: Buffer, start: number): { text: string; end: number } {
  const zero = bytes.indexOf(0, start);
  if (zero < 0) throw new Error('a text without an end');
  return { text: bytes.toString('utf8', start, zero), end: zero + 1 };
}
