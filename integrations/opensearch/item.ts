import { z } from 'zod';

/** What became of one document. */
const item = z.object({
  status: z.number(),
  error: z.object({ type: z.string(), reason: z.string().nullish() }).nullish(),
});
export type BulkItem = z.infer<typeof item>;

/** contracts 6: answered with 200 although items failed. */
export const bulkAnswer = z.object({ errors: z.boolean(), items: z.array(z.object({ create: item })) });
