// What every resource stands on: calls that answer objects, and lists that go through all pages.

import type { Given, Transport } from "./transport.js";

/** One step of an address, whatever it is made of. Throws for none, which would be another address. */
export function segment(id: string): string {
  if (id === "" || id === "." || id === "..") throw new TypeError(`${JSON.stringify(id)} is no id`);
  return encodeURIComponent(id);
}

/** Rows, and the cursor from which the next page comes; null at the end. */
export interface Page<T> {
  data: T[];
  nextCursor: string | null;
  hasMore: boolean;
}

/** A list: `for await` over it for the rows of all pages, which are asked for as they are needed. */
export class Pages<T> implements AsyncIterable<T> {
  constructor(
    private readonly transport: Transport,
    private readonly path: string,
    private readonly given: Given,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for await (const page of this.pages()) yield* page.data;
  }

  async *pages(): AsyncGenerator<Page<T>, void, void> {
    let query = this.given.query;
    for (let more = true; more; ) {
      const answer = await this.transport.send("GET", this.path, { ...this.given, query: query ?? {} });
      const page = JSON.parse(answer.text) as Page<T>;
      yield page;
      query = { ...query, cursor: page.nextCursor };
      more = page.hasMore;
    }
  }

  async first(): Promise<Page<T>> {
    const { value } = await this.pages().next();
    return value as Page<T>;
  }
}

export class Resource {
  constructor(protected readonly transport: Transport) {}

  protected async call<T>(method: string, path: string, given: Given): Promise<T> {
    const { text } = await this.transport.send(method, path, given);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  protected pages<T>(path: string, given: Given): Pages<T> {
    return new Pages<T>(this.transport, path, given);
  }
}
