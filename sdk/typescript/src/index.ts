export { Client, type ClientOptions, type Mode } from "./client.js";
export * from "./errors.js";
export type { Waited } from "./messages.js";
export type { Page, Pages } from "./resource.js";
export type { Answer, Given, Options, PostOptions } from "./transport.js";
export type * as types from "./types.js";
export * as webhooks from "./webhooks.js";
export { VERSION } from "./version.js";
