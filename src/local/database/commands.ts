import { create, createIndexes, drop, dropDatabase, dropIndexes, listCollections, listIndexes } from './collections.ts';
import { refuse } from './errors.ts';
import { checkCommand } from './options.ts';
import { aggregate } from './pipeline.ts';
import type { Reader } from './read.ts';
import type { Reply, Request } from './request.ts';
import type { Store } from './store.ts';
import { findAndModify, insert, remove, update } from './write.ts';

/** The commands that read or write records. Everything else is refused by name. */
export interface Commands {
  /** Whether it writes: such a command is run inside `store.whole`. */
  writes(name: string): boolean;
  /** `arrivedAt` in milliseconds since the epoch: a command's own limit of time counts from there. */
  run(request: Request, arrivedAt: number): Reply;
}

export function createCommands(store: Store, reader: Reader): Commands {
  const table = commandTable(store, reader);
  return {
    writes: (name) => table.get(name)?.writes === true,
    run: (request, arrivedAt) => {
      const { name, body } = request;
      const command = table.get(name);
      if (!command) return refuse(59, `no such command: '${name}'. The embedded store does not have it.`);
      store.deadline = checkCommand(name, body, command.options, arrivedAt);
      return command.run(request);
    },
  };
}

interface Command {
  readonly writes: boolean;
  readonly options: readonly string[];
  run(request: Request): Reply;
}

function commandTable(store: Store, reader: Reader): ReadonlyMap<string, Command> {
  const reads = (options: string, run: Command['run']): Command => ({
    writes: false,
    options: options.split(' '),
    run,
  });
  const writes = (options: string, work: (store: Store, request: Request) => Reply): Command => ({
    writes: true,
    options: options.split(' '),
    run: (request) => work(store, request),
  });
  return new Map<string, Command>([
    ['find', reads('filter sort projection skip limit batchSize singleBatch', reader.find)],
    ['getMore', reads('collection batchSize', reader.getMore)],
    ['killCursors', reads('cursors', reader.killCursors)],
    ['aggregate', reads('pipeline cursor', (request) => aggregate(store, reader, request))],
    ['count', reads('query skip limit', reader.count)],
    ['distinct', reads('key query', reader.distinct)],
    [
      'listCollections',
      reads('filter nameOnly authorizedCollections cursor', (request) => listCollections(store, request)),
    ],
    ['listIndexes', reads('cursor', (request) => listIndexes(store, request))],
    ['insert', writes('documents ordered', insert)],
    ['update', writes('updates ordered', update)],
    ['delete', writes('deletes ordered', remove)],
    ['findAndModify', writes('query sort remove update new upsert fields', findAndModify)],
    ['create', writes('', create)],
    ['createIndexes', writes('indexes', createIndexes)],
    ['drop', writes('', drop)],
    ['dropIndexes', writes('index', dropIndexes)],
    ['dropDatabase', writes('', dropDatabase)],
  ]);
}
