import type { Call } from '../contract/call.js';
import { createHttp } from '../wire/http.js';
import type { OpenSearchConfig } from './config.js';
import { judge } from './errors.js';
import { type BulkItem, bulkAnswer } from './item.js';

/** The connection to one OpenSearch. One request per call; throws VendorError. */
export interface OpenSearchClient {
  index: string;
  /** `POST /_bulk` (contracts 6): lines of JSON, each ended. Gives an answer for each document, in their order. */
  bulk: (call: Pick<Call, 'signal' | 'now'>, lines: readonly string[]) => Promise<BulkItem[]>;
}

export function connectOpenSearch({ url, index, login }: OpenSearchConfig, deadlineMs = 30_000): OpenSearchClient {
  const basic = login === undefined ? undefined : Buffer.from(`${login.user}:${login.password}`).toString('base64');
  const secrets = login === undefined || basic === undefined ? [] : [login.password, basic];
  const http = createHttp({ vendor: 'opensearch', secrets, judge, deadlineMs });
  const headers = {
    'content-type': 'application/x-ndjson',
    accept: 'application/json',
    ...(basic === undefined ? {} : { authorization: `Basic ${basic}` }),
  };
  return {
    index,
    bulk: async (call, lines) => {
      // Bytes have a length: no chunked transfer (contracts 6).
      const body = Buffer.from(`${lines.join('\n')}\n`);
      const sent = await http(call, {
        method: 'POST',
        url: `${url}/_bulk`,
        operation: 'POST /_bulk',
        headers,
        body,
        answer: bulkAnswer,
      });
      return sent.body.items.map(({ create }) => create);
    },
  };
}
