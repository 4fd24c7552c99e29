import { refuse, unsupported } from './errors.ts';
import { documentIn, toNumber, type Document } from './value.ts';

/** What any command may carry: where it goes, a remark, a limit of time and the concerns, each checked below. */
const general = ['$db', 'comment', 'maxTimeMS', '$readPreference', 'readConcern', 'writeConcern'];

/** Options that MongoDB has and this server has not: refused unless they are switched off. */
const known = new Set(
  `allowDiskUse allowPartialResults apiDeprecationErrors apiStrict apiVersion arrayFilters awaitData background bits
  bypassDocumentValidation c capped changeStreamPreAndPostImages $clusterTime clusteredIndex collation commitQuorum
  default_language encryptedFields expireAfterSeconds explain hidden hint indexOptionDefaults language_override let lsid
  max min noCursorTimeout oplogReplay pipeline rawData returnKey showRecordId size sort storageEngine tailable
  textIndexVersion timeseries validationAction validationLevel validator viewOn weights wildcardProjection`.split(
    /\s+/,
  ),
);

/**
 * Refuses what a command carries beside what it understands: an option nobody reads would be a promise nobody keeps.
 * `name` is the command, or the list in it that the options belong to.
 */
export function checkOptions(name: string, options: Document, understood: readonly string[]): void {
  for (const [option, value] of Object.entries(options)) {
    if (understood.includes(option)) continue;
    if (['txnNumber', 'autocommit', 'startTransaction'].includes(option))
      refuse(20, 'Transaction numbers are only allowed on a replica set. The embedded store has no transactions.');
    if (!known.has(option)) refuse(40415, `BSON field '${name}.${option}' is an unknown field.`);
    if (value !== false) unsupported(`The option '${option}' of ${name}`);
  }
}

/** Checks the options of a whole command. Gives the moment until which it may take, `Infinity` where none is asked. */
export function checkCommand(name: string, body: Document, understood: readonly string[], arrivedAt: number): number {
  checkOptions(name, body, [name, ...general, ...understood]);
  const { level = 'local' } = documentIn(body['readConcern'], 'readConcern');
  if (!['local', 'available', 'majority'].includes(String(level))) unsupported(`The read concern '${String(level)}'`);
  const { w = 1 } = documentIn(body['writeConcern'], 'writeConcern');
  if (w !== 'majority' && !(toNumber(w) <= 1))
    refuse(2, `cannot use another 'w' than 0, 1 or 'majority' without replicas`);
  const { maxTimeMS: limitMs = 0 } = body;
  if (!(toNumber(limitMs) >= 0)) refuse(2, 'maxTimeMS must be a number of milliseconds');
  return toNumber(limitMs) > 0 ? arrivedAt + toNumber(limitMs) : Infinity;
}
