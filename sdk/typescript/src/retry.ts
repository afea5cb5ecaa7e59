// When a request is sent again, and after how long. Pure: nothing here waits or sends.

const FIRST_MS = 500;
const LONGEST_MS = 8_000;
const PATIENCE_MS = 60_000; // a server that wants more is told to the caller

/** Milliseconds until the next try, after `tries` of them; undefined to give up. `status` is undefined without an answer. */
export function pause(most: number, tries: number, status?: number, headers?: Headers): number | undefined {
  if (tries > most || !again(status, headers)) return undefined;
  const asked = milliseconds(headers?.get("retry-after"));
  if (asked !== undefined) return asked <= PATIENCE_MS ? asked : undefined;
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1));
  return longest * (0.5 + Math.random() / 2); // so that many clients do not come back at once
}

/** 409 is for good unless it says when to come back: another request with this key is still running. */
function again(status: number | undefined, headers: Headers | undefined): boolean {
  if (status === 409) return headers?.has("retry-after") ?? false;
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

/** What a Retry-After header says, from now on; undefined where there is nothing that can be read. */
export function milliseconds(retryAfter: string | null | undefined): number | undefined {
  if (!retryAfter) return undefined;
  if (/^\d+(\.\d+)?$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
