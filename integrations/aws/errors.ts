import { neverConnected, VendorError, type VendorFault } from '../contract/errors.js';

/** What the SDK throws, as far as it can be relied on: every field may be missing. */
interface SdkError {
  name?: string;
  message?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number };
  $response?: { headers?: Record<string, string> };
}

// Names as the services send them; EC2 and the JSON services spell the same thing differently.
const byName: readonly (readonly [VendorFault, RegExp])[] = [
  [
    'throttled',
    /^(Throttl|TooManyRequests|RequestLimitExceeded|RequestThrottled|SlowDown|PriorRequestNotComplete|RateExceeded)|LimitExceededException$/,
  ],
  [
    'forbidden',
    /^(AccessDenied|Unauthorized|AuthFailure|UnrecognizedClient|InvalidClientTokenId|ExpiredToken|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|OptInRequired|RequestExpired|NotAuthorized)/,
  ],
  ['forbidden', /^(CredentialsProviderError|TokenProviderError|ProviderError)$/],
  // The token was used before, so an execution under this key may well exist: read back instead of giving up.
  ['ambiguous', /^(IdempotentParameterMismatch|DuplicateClientToken|DurableExecutionAlreadyStarted)/],
  [
    'absent',
    /NotFound(Exception|Fault)?$|[.]NotFound$|^InvalidDocument(Version)?$|^ResourceNotFound$|^InvocationDoesNotExist$|^InvalidCommandId$/,
  ],
  [
    'conflict',
    /^(IncorrectState|IncorrectInstanceState|InvalidDBInstanceState|InvalidAutomationStatusUpdate|ResourceAlreadyExists|ResourceInUse|Conflict|ScalingActivityInProgress|ServiceNotActive)/,
  ],
];

const neverSent = new Set(neverConnected);

/**
 * An SDK error in the product's own terms. After a write, whatever does not prove that nothing happened is `ambiguous`:
 * timeouts, broken connections, 5xx, unreadable answers. After a read the same things are `unavailable`.
 */
export function asVendorError(thrown: unknown, kind: 'read' | 'write'): VendorError {
  if (thrown instanceof VendorError) return thrown;
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as SdkError;
  const fault = faultOf(error);
  const settled = kind === 'read' && fault === 'ambiguous' ? 'unavailable' : fault;
  return new VendorError('aws', settled, sentence(error, settled), settled === 'throttled' ? retryAfterMs(error) : undefined);
}

function faultOf(error: SdkError): VendorFault {
  const name = error.name ?? '';
  const status = error.$metadata?.httpStatusCode;
  if (status === undefined && neverSent.has(systemCode(error))) return 'unavailable';
  const named = byName.find(([, pattern]) => pattern.test(name));
  // A gateway can put any name on a 5xx; a throttling 503 is still no proof that nothing was done.
  if (named && (status === undefined || status < 500)) return named[0];
  if (status === undefined || status >= 500 || status < 400) return 'ambiguous';
  if (status === 429) return 'throttled';
  if (status === 401 || status === 403) return 'forbidden';
  if (status === 404) return 'absent';
  if (status === 408) return 'ambiguous';
  if (status === 409) return 'conflict';
  return 'refused';
}

/** Errors of another realm reach us inside the SDK's own wrapper, where only the words still hold the code. */
const systemCode = ({ code, message }: SdkError): string =>
  code ?? /(?:^|: )(?:connect|getaddrinfo) (E[A-Z_]+)\b/.exec(message ?? '')?.[1] ?? '';

function sentence(error: SdkError, fault: VendorFault): string {
  const name = clean(error.name ?? 'Error', 80);
  const status = error.$metadata?.httpStatusCode;
  const head = status === undefined ? name : `${name} (HTTP ${status})`;
  // Signature errors quote the signed request, session token included: of these only the name is told,
  // and of a missing right the one sentence that names it.
  if (fault === 'forbidden' && !/not authorized to perform/.test(error.message ?? ''))
    return `${head}: check the credentials and rights`;
  const words = clean(error.message ?? '', 300);
  return words ? `${head}: ${words}` : head;
}

const secrets: readonly RegExp[] = [
  /\b(AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b/g,
  /\b(x-amz-security-token|x-amz-signature|signature|credential|authorization|secretaccesskey|sessiontoken|password|token)\b["']?\s*[:=]\s*\S+/gi,
  // Session tokens, signatures, encoded authorisation messages: nothing that people write is this long without a space.
  /[A-Za-z0-9+/=_-]{100,}/g,
];

// oxlint-disable-next-line no-control-regex
const ansi = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

/** Somebody else's words on one line of at most so many characters: no secrets, no colours of a terminal, nothing that hides or turns text round. */
export function clean(text: string, limit: number): string {
  const oneLine = text
    .replace(ansi, '')
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .trim();
  const safe = secrets.reduce((rest, pattern) => rest.replace(pattern, '[removed]'), oneLine);
  return safe.length > limit ? `${safe.slice(0, limit - 1)}…` : safe;
}

/** `Retry-After` in seconds, where a gateway sends one; AWS itself does not. */
function retryAfterMs(error: SdkError): number | undefined {
  const seconds = Number(error.$response?.headers?.['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined;
}
