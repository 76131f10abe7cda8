import { neverConnected, VendorError, type VendorFault } from '../contract/errors.js';
import { faultOfStatus, type Kind } from '../wire/http.js';
import { withoutSecrets } from '../wire/secrets.js';
import { plain } from './words.js';

/** What is known of a session when something in it fails. */
export interface Circumstances {
  /** `mcp tools/call kubernetes rollout_restart`. */
  operation: string;
  secrets: readonly string[];
  /** `write`: the tool's call has left us and may have been carried out. */
  kind: Kind;
  /** Milliseconds that the last refusal asked us to wait, if it did. */
  retryAfterMs: number | undefined;
  /** What the connection last failed with, where the SDK's error does not hold it. Counts only while nothing has left us. */
  trouble: unknown;
}

interface Judged {
  fault: VendorFault;
  words: string;
}

/** Nothing of it was carried out: the request was not understood, or not allowed to be made (specification 2026-07-28, error codes). */
const refusals: Readonly<Record<number, string>> = {
  [-32700]: 'it could not read the request',
  [-32600]: 'it takes the request for invalid',
  [-32601]: 'it does not know this method',
  [-32602]: 'it refuses the parameters',
  [-32020]: 'it says that headers and body differ',
  [-32021]: 'it wants a capability that we do not offer',
  [-32022]: 'it speaks no version of the protocol that we speak',
  [-32042]: 'it wants a person to open an address first, and nobody answers here for a person',
};

/** Every failure of a session as the one error that leaves this folder. A call that has left us and was not refused may have been carried out. */
export function vendorErrorOf(error: unknown, about: Circumstances): VendorError {
  // A stream beside the call may fail in its own way, and proves nothing of the call.
  const trouble = about.kind === 'write' ? undefined : about.trouble;
  const known = [error, trouble].map((one) => inChain(one, (cause) => cause instanceof VendorError)).find(Boolean);
  if (known instanceof VendorError) return known;
  const { fault, words } = judge(error, { ...about, trouble });
  const later = fault === 'throttled' || fault === 'unavailable' ? about.retryAfterMs : undefined;
  return new VendorError('mcp', fault, withoutSecrets(plain(`${about.operation}: ${words}`, 1_000), about.secrets), later);
}

function judge(error: unknown, about: Circumstances): Judged {
  const lost: VendorFault = about.kind === 'write' ? 'ambiguous' : 'unavailable';
  const { name = '', code, message = String(error) } = error as Shape;
  if (name === 'UnauthorizedError' || name === 'InsufficientScopeError')
    return { fault: 'forbidden', words: 'it wants other credentials or more rights' };
  const status = statusOf(error);
  if (status !== undefined) return ofStatus(status, error as Shape, about);
  if (typeof code === 'number' && code <= -32000) return ofCode(code, message, about);
  if (code === 'UNSUPPORTED_RESULT_TYPE' && (error as Shape).data?.resultType === 'input_required')
    return { fault: 'refused', words: 'the tool asks for input before it goes on, and nobody answers here for a person' };
  if (code === 'LIST_PAGINATION_EXCEEDED') return { fault: 'refused', words: 'its list of tools does not end' };
  if (code === 'INVALID_RESULT') return { fault: lost, words: 'its answer is not what the protocol says' };
  const network = networkCode(error) ?? networkCode(about.trouble);
  if (network !== undefined) return ofNetwork(network, lost);
  return { fault: lost, words: `no answer (${message})` };
}

function ofStatus(status: number, { data }: Shape, about: Circumstances): Judged {
  const said = rpcErrorIn(data?.text);
  // 404 with this code is how 2026-07-28 says "unknown method": the address is right.
  if (said?.code === -32601 && (status === 404 || status === 400)) return ofCode(said.code, said.message, about);
  const words = said === undefined ? '' : `: ${said.message}`;
  return { fault: faultOfStatus(status, about.kind), words: `HTTP ${status}${words}` };
}

function ofCode(code: number, message: string, about: Circumstances): Judged {
  const words = `${refusals[code] ?? 'it failed'} (${code}: ${message})`;
  // Older servers answer so when a tool has run and its result is not as its output schema says.
  const afterwards = code === -32602 && /output validation/i.test(message);
  if (refusals[code] !== undefined && !afterwards) return { fault: 'refused', words };
  return { fault: about.kind === 'write' ? 'ambiguous' : 'unavailable', words };
}

function ofNetwork(code: string, lost: VendorFault): Judged {
  if (code === 'ENOENT' || code === 'EACCES')
    return { fault: 'refused', words: `its program cannot be started (${code}); check command` };
  return { fault: neverSent.has(code) ? 'unavailable' : lost, words: `no answer (${code})` };
}

const neverSent = new Set([
  ...neverConnected,
  'UND_ERR_CONNECT_TIMEOUT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** The SDK's errors by their shape: `SdkError`, `SdkHttpError`, `ProtocolError`, `SseError`. */
interface Shape {
  name?: string;
  message?: string;
  code?: number | string;
  status?: number;
  cause?: unknown;
  data?: { text?: unknown; resultType?: unknown; cause?: unknown };
}

function statusOf(error: unknown): number | undefined {
  const found = inChain(error, ({ status, code }) => isStatus(status) || isStatus(code));
  const { status, code } = (found ?? {}) as Shape;
  return [status, code].find(isStatus);
}

const isStatus = (value: unknown): value is number => typeof value === 'number' && value >= 300 && value < 600;

function networkCode(error: unknown): string | undefined {
  const found = inChain(error, ({ code }) => typeof code === 'string' && /^(E[A-Z]+|UND_ERR_|[A-Z_]*CERT|ERR_TLS)/.test(code));
  return found === undefined ? undefined : String(found.code).slice(0, 60);
}

/** The first of an error and its causes of which this holds. */
function inChain(error: unknown, test: (one: Shape) => boolean): Shape | undefined {
  let one = error;
  for (let depth = 0; depth < 8 && typeof one === 'object' && one !== null; depth++) {
    if (test(one)) return one;
    one = (one as Shape).cause;
  }
  return undefined;
}

function rpcErrorIn(text: unknown): { code: number; message: string } | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const { error } = JSON.parse(text) as { error?: { code?: unknown; message?: unknown } };
    if (typeof error?.code !== 'number') return undefined;
    return { code: error.code, message: typeof error.message === 'string' ? error.message : '' };
  } catch {
    return undefined;
  }
}
