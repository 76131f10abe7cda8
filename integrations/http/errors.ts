/** What a connection's failure means, for people. The address is not shown: it is the operator's. */
export function whyNoAnswer(error: unknown): string {
  const { code = '', name = '' } = (typeof error === 'object' && error !== null ? error : {}) as { code?: string; name?: string };
  if (name === 'TimeoutError' || name === 'AbortError') return 'too late';
  return known[code] ?? (code || 'the connection broke');
}

const known: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'its name cannot be resolved now',
  ETIMEDOUT: 'no connection in time',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no route to it',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
};
