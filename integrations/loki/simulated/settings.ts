import { z } from 'zod';

/** What `POST /_sandbox/loki/settings` takes: limits_config and its like, with Loki's defaults (contracts 3.3). */
export const lokiSettings = z.strictObject({
  /** Without `X-Scope-OrgID` everything is refused. */
  authEnabled: z.boolean().default(false),
  /** limits_config.block_ingestion_until is in the future. */
  blocked: z.boolean().default(false),
  allowStructuredMetadata: z.boolean().default(true),
  /** Bytes per second, and at once. */
  rate: z.number().positive().default(4_000_000),
  burst: z.number().positive().default(6_000_000),
  maxLineSize: z
    .number()
    .positive()
    .default(256 * 1024),
  maxStructuredMetadataSize: z
    .number()
    .positive()
    .default(64 * 1024),
  maxLabelNames: z.number().positive().default(15),
  /** Milliseconds. */
  oldest: z
    .number()
    .positive()
    .default(7 * 24 * 3_600_000),
  furthestAhead: z.number().positive().default(600_000),
  /** Half of max_chunk_age: how far behind the newest line of its stream a line may be. Milliseconds. */
  farBehind: z.number().positive().default(3_600_000),
});
export type LokiSettings = z.infer<typeof lokiSettings>;
