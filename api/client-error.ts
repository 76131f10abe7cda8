import type { ProblemDocument } from './shapes.js';

/** What the command line makes an exit code of. `unavailable`: asking again later may help. */
export type ApiErrorClass = 'usage' | 'unauthorised' | 'not-found' | 'refused' | 'unavailable';

/** An answer that was not the one asked for. The message is the problem's detail: what happened and what to do. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly kind: ApiErrorClass;
  /** HTTP status; 0 when nothing answered. */
  readonly status: number;
  readonly problem: ProblemDocument | undefined;

  constructor(kind: ApiErrorClass, status: number, message: string, problem?: ProblemDocument) {
    super(message);
    this.kind = kind;
    this.status = status;
    this.problem = problem;
  }
}

/** Nothing answered at that address. */
export function connectionFailed(url: string, error: unknown): ApiError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  return new ApiError(
    'unavailable',
    0,
    `no answer from ${url} (${cause}). Start it with \`opssentinel dev\` or \`opssentinel serve\`, or set OPSSENTINEL_URL.`,
  );
}

/** A problem document, or whatever stood in its place, as an ApiError. */
export async function readProblem(response: Response): Promise<ApiError> {
  const kind = classOf(response.status);
  const text = await response.text().catch(() => '');
  try {
    const problem = JSON.parse(text) as ProblemDocument;
    if (typeof problem.detail !== 'string') throw new TypeError('not a problem document');
    return new ApiError(kind, response.status, problemWords(problem), problem);
  } catch {
    return new ApiError(kind, response.status, `the API answered ${response.status} without saying why`);
  }
}

/** Each place with its own words: `planHash: write …`. Where there are none, what the problem says. */
const problemWords = ({ detail, errors = [] }: ProblemDocument): string =>
  errors.map((error) => `${error.pointer.replace(/^(#\/|\?)|[{}]/g, '') || 'the body'}: ${error.detail}`).join('\n  ') || detail;

function classOf(status: number): ApiErrorClass {
  if (status === 401 || status === 403) return 'unauthorised';
  if (status === 404) return 'not-found';
  if (status === 409) return 'refused';
  if (status === 429 || status >= 500) return 'unavailable';
  return 'usage';
}
