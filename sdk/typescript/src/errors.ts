// What can go wrong, each with what a caller needs to decide.

/** Anything that this package throws. */
export class SmsgwError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The key is of the other environment than the one that the client was made for. */
export class ModeError extends SmsgwError {}

/** No answer came: no connection, or it broke. `cause` is the last reason. */
export class ApiConnectionError extends SmsgwError {}

/** No answer came in time. */
export class ApiTimeoutError extends ApiConnectionError {}

/** No text came that was waited for. */
export class WaitTimeout extends SmsgwError {}

/** A request is not the gateway's, was changed on the way, or is too old. Answer it 401. */
export class WebhookVerificationError extends SmsgwError {}

/** One wrong field of what was sent: a JSON pointer into the body, or the name of a query parameter. */
export interface WrongField {
  readonly code: string;
  readonly detail: string;
  readonly pointer?: string;
  readonly parameter?: string;
}

/** RFC 9457. */
export interface ProblemDocument {
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string | number;
  readonly errorCode?: number;
  readonly errors?: readonly WrongField[];
  readonly requestId?: string;
}

/** The API answered with a problem. `code` and `errorCode`, its number, say which, and never change. */
export class ApiError extends SmsgwError {
  readonly code: string;
  readonly errorCode: number | undefined;
  readonly errors: readonly WrongField[];
  readonly requestId: string;

  constructor(
    readonly status: number,
    readonly headers: Headers,
    readonly problem: ProblemDocument,
  ) {
    super(sentence(status, headers, problem));
    this.code = String(problem.code ?? "");
    this.errorCode = problem.errorCode;
    this.errors = problem.errors ?? [];
    this.requestId = requestIdOf(headers, problem);
  }
}

export class BadRequestError extends ApiError {}

/** 401: no key, or one that is not valid any more. */
export class AuthenticationError extends ApiError {}

/** 403: the key may not do this. */
export class PermissionDeniedError extends ApiError {}

/** 404: nothing of this environment has that id. */
export class NotFoundError extends ApiError {}

export class ConflictError extends ApiError {}

/** 422: `errors` names the fields. */
export class UnprocessableError extends ApiError {}

/** 429, after as many tries as the client makes. */
export class RateLimitError extends ApiError {}

/** 5xx, after as many tries as the client makes. */
export class ServerError extends ApiError {}

const KINDS: Readonly<Record<number, typeof ApiError>> = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  422: UnprocessableError,
  429: RateLimitError,
};

export function apiError(status: number, headers: Headers, problem: ProblemDocument): ApiError {
  const kind = status >= 500 ? ServerError : (KINDS[status] ?? ApiError);
  return new kind(status, headers, problem);
}

function sentence(status: number, headers: Headers, problem: ProblemDocument): string {
  const code = problem.code === undefined ? "" : ` ${problem.code}`;
  const told = problem.detail || problem.title || "no problem document";
  const fields = (problem.errors ?? []).map((one) => `${one.pointer ?? one.parameter}: ${one.detail}`);
  const parts = [told, ...fields];
  const last = parts.pop();
  const sentence = [...parts.map((part) => part.replace(/\.$/, "")), last].join("; ");
  const request = requestIdOf(headers, problem);
  return `${status}${code}: ${sentence}${request ? ` (${request})` : ""}`;
}

function requestIdOf(headers: Headers, problem: ProblemDocument): string {
  return problem.requestId ?? headers.get("request-id") ?? "";
}
