import { z } from 'zod';
import { clean } from '../errors.js';

/** What CloudTrail tells of one write, as far as it is judged by. */
export interface TrailWrite {
  id: string;
  /** The operation: `RebootInstances`. */
  name: string;
  /** Epoch milliseconds; CloudTrail knows whole seconds. */
  at: number;
  /** `us`: a session of ours. `service`: a service of AWS, on somebody's behalf, perhaps ours. */
  by: 'us' | 'service' | 'somebody';
  /** In words, clean. */
  who: string;
  /** `requestParameters`: never shown, only compared. */
  request: Readonly<Record<string, unknown>>;
  /** `responseElements`: the same. */
  response: Readonly<Record<string, unknown>>;
  /** Names or ARNs, with their types: `AWS::EC2::Instance`. Not every service fills it. */
  resources: readonly { type: string; name: string }[];
}

/** An event as LookupEvents lists it. */
const listed = z.object({
  EventId: z.string(),
  ReadOnly: z.string().optional(),
  Resources: z.array(z.object({ ResourceType: z.string().optional(), ResourceName: z.string().optional() })).optional(),
  CloudTrailEvent: z.string(),
});

/** Some services put a word in place of what they hide. */
const hideable = z
  .unknown()
  .transform(
    (value): Record<string, unknown> =>
      typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {},
  );

/** Source: CloudTrail user guide, "CloudTrail record contents" and "CloudTrail userIdentity element". */
const told = z.object({
  eventName: z.string().regex(/^[A-Za-z0-9_]{1,100}$/),
  eventTime: z.iso.datetime(),
  errorCode: z.string().optional(),
  readOnly: z.boolean().optional(),
  requestParameters: hideable,
  responseElements: hideable,
  userIdentity: z.object({
    type: z.string().optional(),
    arn: z.string().optional(),
    userName: z.string().optional(),
    invokedBy: z.string().optional(),
    sessionContext: z
      .object({
        sessionIssuer: z.object({ userName: z.string().optional() }).optional(),
        sourceIdentity: z.string().optional(),
      })
      .optional(),
  }),
});

type Told = z.infer<typeof told>;
type Identity = Told['userIdentity'];

/** A write that was done; `none`: a read, or refused by AWS; `unreadable`: not what CloudTrail's guide says of an event. */
export function readEvent(given: unknown): TrailWrite | 'none' | 'unreadable' {
  const outer = listed.safeParse(given);
  if (!outer.success) return 'unreadable';
  if (outer.data.ReadOnly === 'true') return 'none';
  const inner = told.safeParse(parsed(outer.data.CloudTrailEvent));
  if (!inner.success) return 'unreadable';
  const { eventName, eventTime, errorCode, readOnly, requestParameters, responseElements, userIdentity } = inner.data;
  // What carries an error was not done; a dry run is one of them.
  if (readOnly === true || errorCode !== undefined) return 'none';
  return {
    id: outer.data.EventId,
    name: eventName,
    at: Date.parse(eventTime),
    by: sideOf(userIdentity),
    who: whoIs(userIdentity),
    request: requestParameters,
    response: responseElements,
    resources: (outer.data.Resources ?? []).flatMap(({ ResourceType: type = '', ResourceName: name }) =>
      name === undefined ? [] : [{ type, name }],
    ),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Role and session of an assumed role. */
const assumed = /^arn:aws[a-z-]*:sts::\d{12}:assumed-role\/([^/]+)\/(.+)$/;

/** Every session of ours is named so, and no role of ours is given to another (clients/sessions.ts, iam/trust.ts; contracts 5.9). */
const ours = /^os-/;

function sideOf({ type, arn = '', invokedBy, sessionContext }: Identity): TrailWrite['by'] {
  const [, role = sessionContext?.sessionIssuer?.userName ?? '', session = ''] = assumed.exec(arn) ?? [];
  if (ours.test(session)) return 'us';
  return invokedBy !== undefined || type === 'AWSService' || role.startsWith('AWSServiceRoleFor') ? 'service' : 'somebody';
}

function whoIs({ type, arn = '', userName, invokedBy, sessionContext }: Identity): string {
  const [, role, session] = assumed.exec(arn) ?? [];
  const name = sessionContext?.sourceIdentity ?? session ?? userName ?? arn.split(/[:/]/).at(-1) ?? '';
  const said = type === 'Root' ? 'the root user' : clean(name, 64) || 'somebody';
  const as = role === undefined ? '' : ` as ${clean(role, 64)}`;
  return `${said}${as}${invokedBy === undefined ? '' : `, through ${clean(invokedBy, 64)}`}`;
}
