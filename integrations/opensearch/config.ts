import { z } from 'zod';
import { open, secret, type Variables } from '../../domain/variable.js';
import { address, text } from '../wire/settings.js';

/** How to reach OpenSearch. Holds a secret: never logged, never in an error. */
export interface OpenSearchConfig {
  /** Without a slash at the end. */
  url: string;
  /** An index, or a data stream; `{month}` stands for the line's own month, `2026.09`. */
  index: string;
  login: { user: string; password: string } | undefined;
}

const standardIndex = 'opssentinel-audit-{month}';

export const openSearchVariables: Variables = {
  // A proxy on this machine that signs requests is the usual way to a domain of AWS: no `remote`.
  OPENSEARCH_URL: open('Base address of OpenSearch, or of the proxy that signs requests for it.'),
  OPENSEARCH_INDEX: open('Index or data stream for the lines of the ledger; `{month}` becomes 2026.09.', standardIndex),
  OPENSEARCH_USER: open('User for basic authentication at OpenSearch.'),
  OPENSEARCH_PASSWORD: secret('Password of that user.'),
};

/** The rules for names of indices, opensearch.org/docs/latest/api-reference/index-apis/create-index: lower case, and none of `\/*?"<>|,# :`. */
const indexName = /^[a-z0-9.][a-z0-9._-]{0,199}$/;
const isIndex = (value: string): boolean =>
  value.split('{month}').length <= 2 && indexName.test(value.replace('{month}', '2026.09')) && !/^\.{1,2}$/.test(value);

/** The environment to a config; `undefined` when none of it is set. */
export const openSearchConfig = z
  .object({
    OPENSEARCH_URL: address('https://opensearch.example.com:9200'),
    OPENSEARCH_INDEX: text.refine(
      (value) => value === undefined || isIndex(value),
      'is not the name of an index: lower-case letters, digits, dots, - and _, with {month} at most once',
    ),
    OPENSEARCH_USER: text.refine((value) => value === undefined || !value.includes(':'), 'holds a colon, which no user has'),
    OPENSEARCH_PASSWORD: text,
  })
  .superRefine((env, context) => {
    const wrong = (name: string, message: string): void => context.addIssue({ code: 'custom', path: [name], message });
    const { OPENSEARCH_URL: url, OPENSEARCH_USER: user, OPENSEARCH_PASSWORD: password } = env;
    if (!url && (env.OPENSEARCH_INDEX || user || password))
      wrong('OPENSEARCH_URL', 'is not set, although others of OpenSearch are');
    if (user && !password) wrong('OPENSEARCH_PASSWORD', 'is not set, although OPENSEARCH_USER is');
    if (password && !user) wrong('OPENSEARCH_USER', 'is not set, although OPENSEARCH_PASSWORD is');
  })
  .transform((env): OpenSearchConfig | undefined => {
    const {
      OPENSEARCH_URL: url,
      OPENSEARCH_INDEX: index = standardIndex,
      OPENSEARCH_USER: user,
      OPENSEARCH_PASSWORD: password,
    } = env;
    if (url === undefined) return undefined;
    return { url, index, login: user && password ? { user, password } : undefined };
  });
