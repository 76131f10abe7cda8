import { z } from 'zod';
import { parseDuration } from '../../../domain/duration.js';
import { defineCheck } from '../../contract/check.js';
import { type HttpClient, longestProbeMs, mostBody, type Probed } from '../client.js';
import { addressName } from '../config.js';

const params = z.strictObject({
  /** A name of HTTP_PROBES: no rule and no alert can name an address. */
  probe: z.string().regex(addressName, 'is the name of a probe of HTTP_PROBES'),
  status: z.number().int().min(200).max(599).default(200),
  contains: z
    .string()
    .regex(/^[\x20-\x7e\u00a0-\uffff]{1,200}$/, 'is a text of one line, up to 200 characters')
    .optional(),
  within: z
    .string()
    .refine((text) => {
      const ms = parseDuration(text) ?? 0;
      return ms > 0 && ms <= longestProbeMs;
    }, 'is a duration such as 500ms, up to 10s')
    .optional(),
});

/** Asks a service itself, from where OpsSentinel runs. */
export const httpProbe = defineCheck<HttpClient>()({
  id: 'http.probe',
  summary: 'A configured address answers as it should: status, text, time.',
  permissions: ['GET of the addresses in HTTP_PROBES'],
  params,
  read: async (call, wanted) => judge(wanted, await call.client.probe(call, wanted.probe)),
});

function judge({ probe, status, contains, within }: z.infer<typeof params>, probed: Probed): { ok: boolean; says: string } {
  if (probed.kind === 'none') return { ok: false, says: `${probe}: no answer in ${probed.ms} ms: ${probed.because}` };
  const says = `${probe} ${probed.status} in ${probed.ms} ms`;
  if (probed.status !== status) return { ok: false, says: `${says}, wanted ${status}` };
  if (contains !== undefined && !probed.body.includes(contains)) {
    const where = probed.cut ? ` in its first ${mostBody / 1024} KiB` : '';
    return { ok: false, says: `${says}, without "${contains}"${where}` };
  }
  if (within !== undefined && probed.ms > (parseDuration(within) ?? 0))
    return { ok: false, says: `${says}, wanted within ${within}` };
  return { ok: true, says };
}
