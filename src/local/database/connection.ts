import type { Socket } from 'node:net';
import type { Commands } from './commands.ts';
import { CommandError, failure } from './errors.ts';
import type { Turns } from './turns.ts';
import { createSplitter, formatReply, largestMessage, opMessage, opQuery, parseMessage, readHeader } from './wire.ts';

/** Answers one client until it leaves. What no client of MongoDB would send ends the connection, never the process. */
export function serveConnection(socket: Socket, connectionId: number, commands: Commands, turns: Turns): void {
  const split = createSplitter();

  function accept(bytes: Buffer): void {
    const header = readHeader(bytes);
    if (header.operation !== opMessage && header.operation !== opQuery) return void socket.destroy();
    const send = (answer: Buffer) => void (socket.writable && socket.write(answer));
    const fail = (error: unknown) => send(formatReply(header, failure(error)));
    try {
      const { request, silent } = parseMessage(bytes, header);
      const atOnce = answerAtOnce(request.name, connectionId);
      if (atOnce) return send(formatReply(header, atOnce));
      if (header.operation === opQuery) return fail(new CommandError(352, 'Unsupported OP_QUERY command. Use OP_MSG.'));
      const arrivedAt = Date.now();
      turns.add({
        writes: commands.writes(request.name),
        arrivedAt,
        run: () => {
          const answer = formatReply(header, commands.run(request, arrivedAt));
          return () => silent || send(answer);
        },
        fail: (error) => silent || fail(error),
      });
    } catch (error) {
      fail(new CommandError(22, `The message is not readable: ${String(error)}. Nothing was changed.`));
    }
  }

  socket.on('error', () => socket.destroy()); // The client is gone; its work is done or undone already.
  socket.on('data', (chunk: Buffer) => {
    try {
      split(chunk).forEach(accept);
    } catch {
      socket.destroy(); // The stream is no wire protocol, and there is no way to find its next message.
    }
  });
}

/** What needs no store. Without `setName` it is a standalone server; without a session timeout it has no sessions. */
function answerAtOnce(name: string, connectionId: number): Record<string, unknown> | undefined {
  const version = '8.0.0';
  const limits = {
    maxBsonObjectSize: 16 * 1024 * 1024,
    maxMessageSizeBytes: largestMessage,
    maxWriteBatchSize: 100_000,
  };
  const wire = { minWireVersion: 0, maxWireVersion: 25, readOnly: false, helloOk: true };
  switch (name.toLowerCase()) {
    case 'hello':
    case 'ismaster':
      return { isWritablePrimary: true, ismaster: true, ...limits, ...wire, connectionId, localTime: new Date() };
    case 'ping':
    case 'endsessions':
      return {};
    case 'buildinfo':
      return { version, versionArray: [8, 0, 0, 0], gitVersion: 'exeunt-embedded', ...limits };
    case 'serverstatus':
      return { version, process: 'exeunt-embedded', uptime: process.uptime() };
    default:
      return undefined;
  }
}
