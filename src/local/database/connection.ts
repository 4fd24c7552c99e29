import type { Socket } from 'node:net';
import type { Commands } from './commands.ts';
import { CommandError, failure } from './errors.ts';
import type { Turns } from './turns.ts';
import { createSplitter, formatReply, largestMessage, opMessage, opQuery, parseMessage, readHeader } from './wire.ts';

/** Answers one client until it leaves. What no client of MongoDB would send ends the connection, never the process. */
export function serveConnection(socket: Socket, connectionId: number, commands: Commands, turns: Turns): void {
  const split = createSplitter();
  const send = (bytes: Buffer) => {
    if (socket.writable) socket.write(bytes);
  };

  function accept(bytes: Buffer): void {
    const header = readHeader(bytes);
    if (header.operation !== opMessage && header.operation !== opQuery) return void socket.destroy();
    const refuseIt = (error: unknown) => send(formatReply(header, { document: failure(error) }));
    try {
      const message = parseMessage(bytes);
      const { request, silent } = message;
      const atOnce = answerAtOnce(request.name, connectionId);
      if (atOnce) return send(formatReply(header, { document: atOnce }));
      if (header.operation === opQuery) throw new CommandError(352, 'Unsupported OP_QUERY command. Use OP_MSG.');
      const arrivedAt = Date.now();
      turns.add({
        writes: commands.writes(request.name),
        arrivedAt,
        run: () => {
          const answer = formatReply(header, commands.run(request, arrivedAt));
          return () => silent || send(answer);
        },
        fail: (error) => silent || refuseIt(error),
      });
    } catch (error) {
      refuseIt(
        error instanceof CommandError ? error : new CommandError(22, `The message is not readable: ${String(error)}`),
      );
    }
  }

  socket.on('error', () => socket.destroy()); // The client is gone; its work is done or undone already.
  socket.on('data', (chunk) => {
    try {
      for (const bytes of split(Buffer.from(chunk))) accept(bytes);
    } catch {
      socket.destroy(); // The stream is no wire protocol, and there is no way to find its next message.
    }
  });
}

/** What needs no store. Without `setName` it is a standalone server; without a session timeout it has no sessions. */
function answerAtOnce(name: string, connectionId: number): Record<string, unknown> | undefined {
  const version = '8.0.0';
  switch (name.toLowerCase()) {
    case 'hello':
    case 'ismaster':
      return {
        helloOk: true,
        ismaster: true,
        isWritablePrimary: true,
        maxBsonObjectSize: 16 * 1024 * 1024,
        maxMessageSizeBytes: largestMessage,
        maxWriteBatchSize: 100_000,
        localTime: new Date(),
        connectionId,
        minWireVersion: 0,
        maxWireVersion: 25,
        readOnly: false,
      };
    case 'ping':
    case 'endsessions':
      return {};
    case 'buildinfo':
      return {
        version,
        versionArray: [8, 0, 0, 0],
        gitVersion: 'exeunt-embedded',
        modules: [],
        bits: 64,
        maxBsonObjectSize: 16 * 1024 * 1024,
      };
    case 'serverstatus':
      return { version, process: 'exeunt-embedded', uptime: process.uptime() };
    default:
      return undefined;
  }
}
