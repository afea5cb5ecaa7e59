// What a test has as `sms`: the texts to its own number, behind a mark. Independent of what runs the tests.

import type { Client } from "./client.js";
import { SmsgwError, WaitTimeout } from "./errors.js";
import type { Message } from "./types.js";

const TIMEOUT_MS = 20_000;
const LOOKED_AT = 50; // of the newest texts, when one did not come
const NEAR_MISSES = 3;
const REPORTED = 10;

/** A place among the texts: what comes behind it counts. `at` is when it was taken, by this machine's clock. */
export interface Mark {
  readonly place: string;
  readonly at: Date;
}

/** What the text must be. */
export interface Wanted {
  /** Whatever its case. */
  sender?: string;
  /** Searched for in what the text says. */
  pattern?: RegExp | string;
  /** Instead of the latest mark. */
  since?: Mark;
  /** Milliseconds: 20,000 unless you choose. */
  timeout?: number;
}

/** With what stands where nothing was chosen. */
interface Sought {
  sender?: string;
  pattern: RegExp | undefined;
  since: Mark;
  timeout: number;
}

/** The text did not come in time. Says what was waited for, since when, and which texts came nearest. */
export class NoText extends WaitTimeout {}

/** Of a text that came during a test: what it is in a line, where its trace is, and itself; of live not what it says. */
export interface Told {
  readonly line: string;
  readonly link: string;
  readonly message?: Message;
}

/** Goes around each wait of so many milliseconds at most. */
export type Waiting = <T>(timeout: number, wait: () => Promise<T>) => Promise<T>;

/** The texts to `number`. A text that was waited for once is not found again. */
export class Sms {
  private readonly found = new Set<string>(); // ids

  private constructor(
    private readonly client: Client,
    readonly number: string,
    private readonly live: boolean,
    private readonly waiting: Waiting,
    private readonly start: Mark,
    private since = start,
  ) {}

  /** With a first mark. */
  static async of(client: Client, number: string, live = false, waiting: Waiting = (_, wait) => wait()): Promise<Sms> {
    return new Sms(client, number, live, waiting, await marked(client));
  }

  /** Let only count what comes from now on. Call it before what makes the text come. */
  async mark(): Promise<Mark> {
    this.since = await marked(this.client);
    return this.since;
  }

  /**
   * The first text behind the latest mark, or `since`, that is as wanted. Throws NoText, and TypeError for a pattern or
   * a time-out that is none.
   */
  async waitFor(wanted: Wanted = {}): Promise<Message> {
    return this.first(wanted, false);
  }

  /** The code in the first such text that has one, as it is to be typed. In sandboxes only. Throws NoText. */
  async waitForCode(wanted: Wanted = {}): Promise<string> {
    if (this.live) throw new TypeError("live finds no codes: use waitFor, and a pattern");
    return codeOf(await this.first(wanted, true)) as string;
  }

  private first(wanted: Wanted, withCode: boolean): Promise<Message> {
    const { since = this.since, timeout = TIMEOUT_MS } = wanted;
    if (!(timeout >= 0 && timeout < Infinity)) {
      throw new TypeError(`timeout is in milliseconds, from 0 on, not ${timeout}`);
    }
    const pattern = compiled(wanted.pattern);
    return this.waiting(timeout, () => this.sought({ ...wanted, pattern, since, timeout }, withCode));
  }

  private async sought(wanted: Sought, withCode: boolean): Promise<Message> {
    const { since, timeout } = wanted;
    const asked = { numberUsed: this.number, since: since.place, timeoutSeconds: timeout / 1000 };
    for await (const message of this.client.messages.coming(asked)) {
      if (this.found.has(message.id) || this.miss(message, wanted, withCode) !== undefined) continue;
      this.found.add(message.id);
      return message;
    }
    throw new NoText(await this.told(wanted, withCode));
  }

  /** Why a text is not the one, without what it says; undefined where it is. */
  private miss(message: Message, { sender, pattern }: Sought, withCode: boolean): string | undefined {
    if (message.numberUsed !== this.number) return "it came to another number";
    if (sender !== undefined && message.senderId?.toLowerCase() !== sender.toLowerCase()) return "it has another sender";
    if (pattern !== undefined && (message.content ?? "").search(pattern) < 0) return "its text does not match the pattern";
    if (withCode && codeOf(message) === undefined) return "no code was found in it";
    return undefined;
  }

  // ---- what did not come

  /** What was wanted first, since summaries have room for no more than the beginning. */
  private async told(wanted: Sought, withCode: boolean): Promise<string> {
    const { since, timeout } = wanted;
    const until = new Date();
    const head = (text: string) => `${inWords(wanted, withCode)}no ${text} in ${timeout / 1000} s to ${this.number}`;
    try {
      const ours = await this.newest({ numberUsed: this.number });
      const near = nearMisses(ours, await this.newest(), since);
      const came = ours.some((message) => comesBehind(message, since));
      return [
        head(came ? "such text" : "text"),
        `looked at: what came from ${time(since.at)} to ${time(until)} UTC`,
        this.introduced(near, since, came),
        ...near.map((message) => `${this.shown(message)}: ${this.why(message, wanted, withCode)}`),
        ...(near[0] ? [`see ${(await this.trace())(near[0].id)}`] : []),
      ].join("\n  ");
    } catch (error) {
      if (!(error instanceof SmsgwError)) throw error;
      return `${head("text")}\n  what came cannot be read: ${error.message}`;
    }
  }

  private async newest(narrowed: { numberUsed?: string } = {}): Promise<Message[]> {
    return (await this.client.messages.list({ ...narrowed, limit: LOOKED_AT }).first()).data;
  }

  private introduced([nearest]: Message[], since: Mark, came: boolean): string {
    if (came) return "nearest:";
    const none = `nothing came to ${this.number} since the mark`;
    if (!nearest) return `${none}, nor before it`;
    return comesBehind(nearest, since) ? `${none}; elsewhere:` : `${none}; before it:`;
  }

  private why(message: Message, wanted: Sought, withCode: boolean): string {
    if (this.found.has(message.id)) return "the test had it before";
    if (!comesBehind(message, wanted.since)) return "it came before the mark";
    return this.miss(message, wanted, withCode) ?? "it came too late";
  }

  private shown({ id, receivedAt, numberUsed, senderId, content }: Message): string {
    const at = `${id} ${time(new Date(receivedAt))} UTC to ${numberUsed}`;
    return this.live ? at : `${at} from ${JSON.stringify(senderId)}: ${JSON.stringify(content)}`;
  }

  // ---- for the report of a test that failed

  /** The texts that came to the number since the test began, oldest first. */
  async report(): Promise<Told[]> {
    const newest = await this.newest({ numberUsed: this.number });
    const texts = newest.filter((message) => comesBehind(message, this.start)).slice(0, REPORTED).reverse();
    const link = texts.length > 0 ? await this.trace() : () => "";
    return texts.map((message) => ({
      line: this.shown(message),
      link: link(message.id),
      ...(this.live ? {} : { message }),
    }));
  }

  /** Where a text's trace is: on its page where we know of which sandbox, else its receipt. */
  private async trace(): Promise<(id: string) => string> {
    const { baseUrl } = this.client;
    try {
      for await (const { id: sandbox, current } of this.live ? [] : this.client.sandboxes.list()) {
        if (current) return (id) => `${baseUrl}/e/${sandbox}/messages/${id}/`;
      }
    } catch (error) {
      if (!(error instanceof SmsgwError)) throw error; // else the key may not see them
    }
    return (id) => `${baseUrl}/v1/messages/${id}/receipt`;
  }
}

async function marked(client: Client): Promise<Mark> {
  return { place: await client.messages.mark(), at: new Date() };
}

/** Throws TypeError. */
function compiled(pattern: RegExp | string | undefined): RegExp | undefined {
  try {
    return typeof pattern === "string" ? new RegExp(pattern) : pattern;
  } catch (error) {
    throw new TypeError(`pattern "${pattern}" is no regular expression: ${(error as Error).message}`);
  }
}

/** What is wanted of a text, without the number. */
function inWords({ sender, pattern }: Sought, withCode: boolean): string {
  const told: string[] = [];
  if (sender !== undefined) told.push(`from "${sender}"`);
  if (pattern !== undefined) told.push(`matching ${pattern}`);
  if (withCode) told.push("with a code");
  return told.length > 0 ? `${told.join(", ")}: ` : "";
}

/** The nearest of the newest: ours behind the mark, then those to other numbers, then ours before it. */
function nearMisses(ours: Message[], newest: Message[], since: Mark): Message[] {
  const known = new Set(ours.map(({ id }) => id));
  const others = newest.filter((message) => !known.has(message.id) && comesBehind(message, since));
  const after = ours.filter((message) => comesBehind(message, since));
  return [...after, ...others, ...ours.slice(after.length)].slice(0, NEAR_MISSES);
}

/** Ids follow time, and a mark begins with the last one before it. */
function comesBehind(message: Message, { place }: Mark): boolean {
  return message.id > (place.split(".")[0] as string);
}

/** The code that the gateway found in a text: leading zeros are part of it. */
function codeOf(message: Message): string | undefined {
  return message.code?.value;
}

function time(at: Date): string {
  return at.toISOString().slice(11, 19);
}
