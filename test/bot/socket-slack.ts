import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { z } from 'zod';

/** What the app sent back for an envelope. */
const Acknowledgement = z.object({ envelope_id: z.string(), payload: z.unknown().optional() });

export interface SocketSlack {
  /** For `apiUrl`; everything but the opening of a socket goes on to the double behind it. */
  readonly apiUrl: string;
  /** Sends an envelope and waits for its acknowledgement; `id` repeats an earlier one. */
  deliver(type: 'slash_commands' | 'interactive', payload: unknown, id?: string): Promise<unknown>;
  close(): Promise<void>;
}

/** The part of Slack that Socket Mode needs (docs.slack.dev/apis/events-api/using-socket-mode), in front of the double. */
export async function openSocketSlack(double: { readonly apiUrl: string }): Promise<SocketSlack> {
  const waiting = new Map<string, (payload: unknown) => void>();
  const connected = Promise.withResolvers<Duplex>();
  const server = createServer((request, response) => {
    const method = request.url?.replace('/api/', '') ?? '';
    if (method === 'apps.connections.open') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ ok: true, url: `ws://${request.headers.host}/link` }));
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { authorization = '', 'content-type': type = '' } = request.headers;
      fetch(double.apiUrl + method, {
        method: 'POST',
        headers: { authorization, 'content-type': type },
        body: Buffer.concat(chunks),
      })
        .then(async (answer) => response.end(await answer.text()))
        .catch(() => response.destroy());
    });
  });

  server.on('upgrade', (request, socket) => {
    // RFC 6455, section 4.2.2.
    const accept = createHash('sha1').update(
      `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`,
    );
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept.digest('base64')}\r\n\r\n`,
    );
    let rest = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (let frame = readFrame(rest); frame; frame = readFrame(rest)) {
        rest = rest.subarray(frame.length);
        if (frame.opcode !== 1) continue;
        const { envelope_id: id, payload } = Acknowledgement.parse(JSON.parse(frame.text));
        waiting.get(id)?.(payload);
      }
    });
    send(socket, { type: 'hello', num_connections: 1, connection_info: { app_id: 'A0EXEUNT01' } });
    connected.resolve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;

  return {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    async deliver(type, payload, id = randomUUID()) {
      const answered = Promise.withResolvers<unknown>();
      waiting.set(id, answered.resolve);
      send(await connected.promise, { type, envelope_id: id, payload, accepts_response_payload: true });
      return answered.promise;
    },
    async close() {
      (await connected.promise).destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One unmasked text frame (RFC 6455, section 5.2). */
function send(socket: Duplex, message: unknown): void {
  const text = Buffer.from(JSON.stringify(message), 'utf8');
  const head =
    text.length < 126
      ? Buffer.from([0x81, text.length])
      : Buffer.from([0x81, 126, text.length >> 8, text.length & 255]);
  socket.write(Buffer.concat([head, text]));
}

/** The first whole frame of a client, whose payload is masked. */
function readFrame(bytes: Buffer): { opcode: number; text: string; length: number } | undefined {
  if (bytes.length < 6) return undefined;
  const short = bytes.readUInt8(1) & 127;
  const at = short === 126 ? 4 : 2;
  const size = short === 126 ? bytes.readUInt16BE(2) : short;
  const length = at + 4 + size;
  if (bytes.length < length) return undefined;
  const mask = bytes.subarray(at, at + 4);
  const text = Buffer.from(bytes.subarray(at + 4, length).map((byte, index) => byte ^ (mask[index % 4] ?? 0))).toString(
    'utf8',
  );
  return { opcode: bytes.readUInt8(0) & 15, text, length };
}
