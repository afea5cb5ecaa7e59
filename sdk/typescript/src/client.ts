import { ModeError } from "./errors.js";
import { Messages } from "./messages.js";
import { Resources } from "./resources.js";
import { type Answer, type Given, Transport } from "./transport.js";

export type Mode = "live" | "sandbox";

export interface ClientOptions {
  /** SMSGATEWAY_API_KEY unless you give it. */
  key?: string;
  /** SMSGATEWAY_URL unless you give it. */
  baseUrl?: string;
  /** With it, a key of the other environment is refused. */
  mode?: Mode;
  /** How often a request is sent again after 429, 5xx or no answer. */
  retries?: number;
  /** For one try. */
  timeoutMs?: number;
  fetch?: typeof globalThis.fetch;
}

export class Client extends Resources {
  override readonly messages: Messages;
  /** Where the API is, without the last slash. */
  readonly baseUrl: string;
  private readonly transport: Transport;

  constructor(options: ClientOptions = {}) {
    const key = configured(options.key, "SMSGATEWAY_API_KEY", "key");
    const baseUrl = configured(options.baseUrl, "SMSGATEWAY_URL", "baseUrl").replace(/\/+$/, "");
    guard(key, options.mode);
    const { retries = 2, timeoutMs = 30_000, fetch = globalThis.fetch } = options;
    const transport = new Transport({ key, baseUrl, retries, timeoutMs, fetch });
    super(transport);
    this.transport = transport;
    this.baseUrl = baseUrl;
    this.messages = new Messages(transport);
  }

  /** Any address of the API, such as one that this version does not know. */
  request(method: string, path: string, given: Given = {}): Promise<Answer> {
    return this.transport.send(method, path, given);
  }
}

function configured(value: string | undefined, variable: string, option: string): string {
  const found = value || globalThis.process?.env[variable];
  if (!found) throw new TypeError(`give ${option}, or set ${variable}`);
  return found;
}

/** A test with a live key, or production with one of the sandbox, stops before it asks. */
function guard(key: string, mode: Mode | undefined): void {
  const of = key.startsWith("sk_live_") ? "live" : key.startsWith("sk_test_") ? "sandbox" : undefined;
  if (mode !== undefined && of !== mode) {
    throw new ModeError(`this client is for ${mode}, and its key is ${of ? `for ${of}` : "of neither mode"}`);
  }
}
