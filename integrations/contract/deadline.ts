/**
 * A signal that ends with `signal`, or after `ms` milliseconds with a TimeoutError. Never `AbortSignal.timeout` inside of
 * `AbortSignal.any`: what is made of a signal holds it weakly, so that its clock is collected as garbage and the deadline never comes
 * (seen with Node 20.20).
 */
export function withDeadline(signal: AbortSignal, ms: number): AbortSignal {
  const late = new AbortController();
  // The timer holds the controller until it has run; it holds no process open.
  setTimeout(() => late.abort(new DOMException(`not within ${ms} ms`, 'TimeoutError')), ms).unref();
  return AbortSignal.any([signal, late.signal]);
}
