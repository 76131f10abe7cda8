import { canonicalJson } from '../../domain/json.js';
import type { LedgerRecord } from '../../domain/record.js';
import { jsonOfLine, type SinkLine } from '../wire/sink-line.js';

/** Far below the 10 MiB that the smaller domains of AWS take. Bytes. */
const largestDocument = 1_000_000;

/** Two lines of a bulk request. */
export interface Action {
  action: string;
  source: string;
}

/** The same id and index for the same line, always: what is sent again meets itself and is stored once (contracts 6). */
export function actionOf(line: LedgerRecord, index: string): Action {
  const name = index.replace('{month}', line.at.slice(0, 7).replace('-', '.'));
  return {
    action: JSON.stringify({ create: { _index: name, _id: line.hash } }),
    source: jsonOfLine(line, largestDocument, documentOf),
  };
}

/**
 * `data` is one text: its members differ from phase to phase, and as fields of their own the first line would decide their types, by which
 * OpenSearch would refuse later ones.
 */
const documentOf = ({ at, data, ...rest }: SinkLine): object => ({
  '@timestamp': at,
  ...rest,
  ...(data === undefined ? {} : { data: canonicalJson(data) }),
});
