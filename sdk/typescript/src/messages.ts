// `messages.wait`, `coming` and `follow`: one request after another, each held open until a text comes or a minute is up.

import { WaitTimeout } from "./errors.js";
import * as resources from "./resources.js";
import { milliseconds } from "./retry.js";
import { type Answer, sleep } from "./transport.js";
import type { Message } from "./types.js";

const LONGEST_S = 60;
const ANSWER_MS = 30_000; // for what comes on top of the time that a request is held

export interface Waited {
  numberUsed?: string;
  senderId?: string;
  contains?: string;
  /** An RE2 pattern. */
  matches?: string;
  /** A mark, a time or a message's id; left out, only what comes from now on. */
  since?: string | Date;
  /** 30 unless you choose. */
  timeoutSeconds?: number;
  signal?: AbortSignal;
}

export class Messages extends resources.Messages {
  /**
   * The first text that matches. Take `since` before what makes the text come, so that an earlier one does not match.
   * Throws WaitTimeout.
   */
  async wait(waited: Waited = {}): Promise<Message> {
    for await (const message of this.coming(waited)) return message;
    throw timedOut(waited);
  }

  /** Each text that matches, as it comes, until the time is up. */
  async *coming({ timeoutSeconds = 30, signal, since, ...asked }: Waited = {}): AsyncGenerator<Message, void, void> {
    let from = since instanceof Date ? since.toISOString() : since;
    const until = performance.now() + timeoutSeconds * 1000;
    for (;;) {
      const left = Math.ceil((until - performance.now()) / 1000);
      if (left <= 0) return;
      const timeout = Math.min(left, LONGEST_S);
      const answer = await this.held("/v1/messages/wait", { ...asked, since: from, timeout }, timeout, signal);
      from = answer.headers.get("next-since") ?? from; // so that none is missed in between
      if (answer.status !== 204) yield JSON.parse(answer.text) as Message;
    }
  }

  /** The place that texts have come to: `since` there, what comes from now on counts and nothing before. */
  async mark(): Promise<string> {
    const answer = await this.transport.send("GET", "/v1/messages/wait", { query: { timeout: 0 } });
    return answer.headers.get("next-since") as string;
  }

  /**
   * Texts as they come, without end, in the order of their acceptance and none left out. `cursor` is where to begin: a
   * message's id, a time in RFC 3339, or where an earlier reader ended; without it all come from the oldest on. Keep
   * the id of what you are done with.
   */
  async *follow(cursor?: string, signal?: AbortSignal): AsyncGenerator<Message, void, void> {
    for (;;) {
      const answer = await this.held("/v1/feed", { cursor, wait: LONGEST_S }, LONGEST_S, signal);
      const page = JSON.parse(answer.text) as { data: Message[]; nextCursor: string };
      yield* page.data;
      cursor = page.nextCursor;
    }
  }

  /** A server without room for one more that waits answers at once, and says when to ask again. */
  private async held(path: string, query: object, seconds: number, signal?: AbortSignal): Promise<Answer> {
    const options = { timeoutMs: seconds * 1000 + ANSWER_MS, ...(signal && { signal }) };
    const answer = await this.transport.send("GET", path, { query, options });
    const empty = answer.status === 204 || answer.headers.has("retry-after");
    if (empty) await sleep(milliseconds(answer.headers.get("retry-after")) ?? 0, signal);
    return answer;
  }
}

/** Names only: an error ends up in logs. */
function timedOut({ timeoutSeconds = 30, signal: _signal, since: _since, ...asked }: Waited): WaitTimeout {
  const names = Object.keys(asked).join(", ") || "any";
  return new WaitTimeout(`no text came in ${timeoutSeconds} s with what was asked for: ${names}`);
}
