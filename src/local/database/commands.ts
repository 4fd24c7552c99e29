import { create, createIndexes, drop, dropDatabase, dropIndexes, listCollections, listIndexes } from './collections.ts';
import type { Cursors } from './cursors.ts';
import { refuse } from './errors.ts';
import { checkCommand } from './options.ts';
import { aggregate } from './pipeline.ts';
import { count, distinct, find } from './queries.ts';
import type { Reply, Request } from './request.ts';
import type { Store } from './store.ts';
import { findAndModify, insert, remove, update } from './write.ts';

/** The options that each command understands. Every other command is refused by name. */
const options = {
  find: 'filter sort projection skip limit batchSize singleBatch',
  getMore: 'collection batchSize',
  killCursors: 'cursors',
  aggregate: 'pipeline cursor',
  count: 'query skip limit',
  distinct: 'key query',
  listCollections: 'filter nameOnly authorizedCollections cursor',
  listIndexes: 'cursor',
  insert: 'documents ordered',
  update: 'updates ordered',
  delete: 'deletes ordered',
  findAndModify: 'query sort remove update new upsert fields',
  create: '',
  createIndexes: 'indexes',
  drop: '',
  dropIndexes: 'index',
  dropDatabase: '',
} as const;
type Name = keyof typeof options;
const firstThatWrites = Object.keys(options).indexOf('insert');

export type Commands = ReturnType<typeof createCommands>;

/** The commands that read or write records; those that write are run inside `store.whole`. */
export function createCommands(store: Store, cursors: Cursors) {
  const table: Readonly<Record<Name, (request: Request) => Reply>> = {
    find: (request) => find(store, cursors, request),
    getMore: cursors.getMore,
    killCursors: cursors.kill,
    aggregate: (request) => aggregate(store, cursors, request),
    count: (request) => count(store, request),
    distinct: (request) => distinct(store, request),
    listCollections: (request) => listCollections(store, request),
    listIndexes: (request) => listIndexes(store, request),
    insert: (request) => insert(store, request),
    update: (request) => update(store, request),
    delete: (request) => remove(store, request),
    findAndModify: (request) => findAndModify(store, request),
    create: (request) => create(store, request),
    createIndexes: (request) => createIndexes(store, request),
    drop: (request) => drop(store, request),
    dropIndexes: (request) => dropIndexes(store, request),
    dropDatabase: (request) => dropDatabase(store, request),
  };
  return {
    writes: (name: string) => Object.keys(options).indexOf(name) >= firstThatWrites,
    /** `arrivedAt` in milliseconds since the epoch: a command's own limit of time counts from there. */
    run: (request: Request, arrivedAt: number): Reply => {
      const { name, body } = request;
      if (!isName(name)) return refuse(59, `no such command: '${name}'. The embedded store does not have it.`);
      store.limit.deadline = checkCommand(name, body, options[name].split(' '), arrivedAt);
      return table[name](request);
    },
  };
}

function isName(name: string): name is Name {
  return Object.hasOwn(options, name);
}
