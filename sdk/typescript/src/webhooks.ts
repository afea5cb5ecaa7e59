// Whether a request is the gateway's: Standard Webhooks (https://www.standardwebhooks.com), v1 and v1a.
// Give what the network brought, before anything has parsed it: the signature is over the octets.

import { createHmac, createPublicKey, timingSafeEqual, verify as verifies } from "node:crypto";
import { WebhookVerificationError } from "./errors.js";

/** What a request tells. `id` is the same on every retry and replay: use it to drop repeats. */
export interface WebhookEvent<T = Record<string, unknown>> {
  id: string;
  type: string;
  timestamp: string;
  data: T;
}

/** As Node.js, Express or fetch have them. */
export type HeadersLike = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface CheckOptions {
  /** 300 unless you choose. */
  toleranceSeconds?: number;
  /** Seconds since 1970, for tests. */
  now?: number;
}

/**
 * The event in a webhook's request. `secrets` is one `whsec_…` or `whpk_…`, or several while one replaces another.
 * Throws WebhookVerificationError for a request to answer with 401.
 */
export function verify<T = Record<string, unknown>>(
  body: string | Uint8Array,
  headers: HeadersLike,
  secrets: string | readonly string[],
  options: CheckOptions = {},
): WebhookEvent<T> {
  const id = check(body, headers, secrets, options);
  try {
    const { type, timestamp, data } = JSON.parse(Buffer.from(body as Uint8Array).toString()) as WebhookEvent<T>;
    if (typeof type === "string" && typeof timestamp === "string") return { id, type, timestamp, data };
  } catch {
    // told below
  }
  throw new WebhookVerificationError("the body is signed, but is no event: a callback's?");
}

/** The same whatever the body is, such as a callback's: the request's `webhook-id`. */
export function check(
  body: string | Uint8Array,
  headers: HeadersLike,
  secrets: string | readonly string[],
  { toleranceSeconds = 300, now = Date.now() / 1000 }: CheckOptions = {},
): string {
  const [id, timestamp, signatures] = ["id", "timestamp", "signature"].map((name) => header(headers, `webhook-${name}`));
  if (!id || !signatures || !timestamp || !/^[0-9]{1,15}$/.test(timestamp)) {
    throw new WebhookVerificationError("webhook-id, webhook-timestamp or webhook-signature is missing");
  }
  if (Math.abs(now - Number(timestamp)) > toleranceSeconds) {
    throw new WebhookVerificationError("sent too long ago, or this clock or the sender's is wrong");
  }
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body as Uint8Array)]);
  const keys = typeof secrets === "string" ? [secrets] : secrets;
  const found = keys.map((key) => isSigned(key, signed, signatures)); // all of them, so that time tells nothing
  if (!found.some(Boolean)) throw new WebhookVerificationError("no signature is by a secret of this endpoint");
  return id;
}

/** The value of `webhook-signature`, for tests of your receiver. */
export function sign(secret: string, id: string, timestamp: number, body: string | Uint8Array): string {
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body as Uint8Array)]);
  return `v1,${mac(secret, signed).toString("base64")}`;
}

function header(headers: HeadersLike, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const value = headers[name] ?? Object.entries(headers).find(([one]) => one.toLowerCase() === name)?.[1];
  return typeof value === "string" ? value : value?.[0];
}

function isSigned(key: string, signed: Buffer, signatures: string): boolean {
  if (key.startsWith("whpk_")) {
    const x = Buffer.from(key.slice("whpk_".length), "base64").toString("base64url");
    const half = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    return of("v1a", signatures).some((one) => verifies(null, signed, half, one));
  }
  const expected = mac(key, signed);
  return of("v1", signatures)
    .map((one) => one.length === expected.length && timingSafeEqual(one, expected))
    .some(Boolean);
}

function of(scheme: string, signatures: string): Buffer[] {
  const parts = signatures.split(" ").map((one) => one.split(","));
  return parts.filter(([kind]) => kind === scheme).map(([, value = ""]) => Buffer.from(value, "base64"));
}

function mac(secret: string, signed: Buffer): Buffer {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  if (key.length === 0) throw new TypeError("a secret is whsec_ and base64");
  return createHmac("sha256", key).update(signed).digest();
}
