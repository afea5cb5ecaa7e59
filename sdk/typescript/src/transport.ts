// Requests to the API: with the key, again where that helps, and problems as errors.

import { ApiConnectionError, ApiTimeoutError, type ProblemDocument, apiError } from "./errors.js";
import { pause } from "./retry.js";
import { VERSION } from "./version.js";

export interface Options {
  /** Ends the call, its waiting for another try included. */
  signal?: AbortSignal;
  /** For one try, instead of the client's. */
  timeoutMs?: number;
}

export interface PostOptions extends Options {
  /** By which the server knows a repeat; made for each call where you give none. */
  idempotencyKey?: string;
}

export interface Given {
  query?: object;
  body?: object;
  options?: PostOptions | undefined;
}

export interface Settings {
  baseUrl: string;
  key: string;
  retries: number;
  timeoutMs: number;
  fetch: typeof globalThis.fetch;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

export class Transport {
  constructor(private readonly settings: Settings) {}

  /** The answer, a 2xx. Throws ApiError and ApiConnectionError once no try is left. */
  async send(method: string, path: string, { query, body, options = {} }: Given = {}): Promise<Answer> {
    const address = this.settings.baseUrl + path + queryString(query);
    const headers = this.headers(method, body, options);
    const request = { method, headers, body: body === undefined ? null : JSON.stringify(body) };
    for (let tries = 1; ; tries++) {
      const answer = await this.once(address, request, options);
      if (!(answer instanceof Error) && answer.status >= 200 && answer.status < 300) return answer;
      const wait = answer instanceof Error
        ? pause(this.settings.retries, tries)
        : pause(this.settings.retries, tries, answer.status, answer.headers);
      if (wait === undefined) throw answer instanceof Error ? this.unanswered(answer, tries) : refused(answer);
      await sleep(wait, options.signal);
    }
  }

  /** One try; an Error where no answer came. Throws what the caller's own signal was aborted with. */
  private async once(address: string, request: RequestInit, options: Options): Promise<Answer | Error> {
    const timeout = AbortSignal.timeout(options.timeoutMs ?? this.settings.timeoutMs);
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
    try {
      const { fetch } = this.settings; // which, called as a method, some runtimes refuse
      const response = await fetch(address, { ...request, signal, redirect: "manual" });
      return { status: response.status, headers: response.headers, text: await response.text() };
    } catch (error) {
      options.signal?.throwIfAborted();
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  private unanswered(error: Error, tries: number): ApiConnectionError {
    const kind = error.name === "TimeoutError" ? ApiTimeoutError : ApiConnectionError;
    const { origin, pathname } = new URL(this.settings.baseUrl); // without a user's name and password
    const address = (origin + pathname).replace(/\/+$/, "");
    const told = `${reason(error)}, after ${tries === 1 ? "1 try" : `${tries} tries`}`;
    const remedy = "is the gateway running? SMSGATEWAY_URL says where.";
    return new kind(`${address} does not answer (${told}): ${remedy}`, { cause: error });
  }

  private headers(method: string, body: object | undefined, options: PostOptions): Record<string, string> {
    return {
      authorization: `Bearer ${this.settings.key}`,
      accept: "application/json",
      "user-agent": `smsgateway-sdk-typescript/${VERSION}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(method === "POST" ? { "idempotency-key": options.idempotencyKey ?? crypto.randomUUID() } : {}),
    };
  }
}

function queryString(query: object = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return text && `?${text}`;
}

function refused({ status, headers, text }: Answer): Error {
  let problem: ProblemDocument = {};
  try {
    problem = (JSON.parse(text) as ProblemDocument | null) ?? {};
  } catch {
    // not from the API itself: a proxy's page
  }
  return apiError(status, headers, problem);
}

/** `fetch` itself says no more than that it failed. */
function reason(error: Error): string {
  const { message, code } = (error.cause ?? {}) as { message?: string; code?: string };
  return message || code || error.message;
}

export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      if (signal?.aborted) reject(signal.reason);
      else resolve();
    }
  });
}
