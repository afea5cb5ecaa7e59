// Made by `make sdks` from the API's own description; change that.

import { type Pages, Resource, segment } from "./resource.js";
import type { Options, PostOptions, Transport } from "./transport.js";
import type * as types from "./types.js";

export class AvailableNumbers extends Resource {
  list(query: { capability?: "sms" | "mms" | "voice" | null; category?: "platform" | "verified" | "mobile" | "geographic" | "nonGeographic" | "tollFree" | "premium" | "machine" | "shortCode" | "other" | null; country?: string | null; cursor?: string | null; limit?: number | null; region?: string | null } = {}, options?: Options): Pages<types.AvailableNumber> {
    return this.pages(`/v1/available-numbers`, { query, options });
  }
}

export class Channels extends Resource {
  list(query: { cursor?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.Channel> {
    return this.pages(`/v1/channels`, { query, options });
  }

  create(body: types.NewChannel, options?: PostOptions): Promise<types.Channel> {
    return this.call("POST", `/v1/channels`, { body, options });
  }

  read(channelId: string, options?: Options): Promise<types.Channel> {
    return this.call("GET", `/v1/channels/${segment(channelId)}`, { options });
  }

  update(channelId: string, body: types.ChannelChanges = {}, options?: Options): Promise<types.Channel> {
    return this.call("PATCH", `/v1/channels/${segment(channelId)}`, { body, options });
  }

  delete(channelId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/channels/${segment(channelId)}`, { options });
  }

  listNumberOffers(channelId: string, query: { category?: "mobile" | "geographic" | "tollFree" | "nonGeographic" | null; contains?: string | null; country: string; limit?: number | null }, options?: Options): Promise<types.OfferPage> {
    return this.call("GET", `/v1/channels/${segment(channelId)}/available-numbers`, { query, options });
  }

  createNumberPurchase(channelId: string, body: types.NewPurchase, options?: PostOptions): Promise<types.Number | types.NumberRequest> {
    return this.call("POST", `/v1/channels/${segment(channelId)}/numbers`, { body, options });
  }

  /** What the channel would read in a request. Its signature is not asked for, and nothing is kept. */
  preview(channelId: string, body: types.Sample = {}, options?: PostOptions): Promise<types.Preview> {
    return this.call("POST", `/v1/channels/${segment(channelId)}/preview`, { body, options });
  }
}

export class Deliveries extends Resource {
  list(query: { cursor?: string | null; limit?: number | null; state?: "pending" | "sending" | "delivered" | "failed" | "held" | "cancelled" | null } = {}, options?: Options): Pages<types.Delivery> {
    return this.pages(`/v1/deliveries`, { query, options });
  }

  read(deliveryId: string, options?: Options): Promise<types.Delivery> {
    return this.call("GET", `/v1/deliveries/${segment(deliveryId)}`, { options });
  }

  listAttempts(deliveryId: string, query: { cursor?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.Attempt> {
    return this.pages(`/v1/deliveries/${segment(deliveryId)}/attempts`, { query, options });
  }

  readAttempt(deliveryId: string, attemptId: string, options?: Options): Promise<types.Attempt> {
    return this.call("GET", `/v1/deliveries/${segment(deliveryId)}/attempts/${segment(attemptId)}`, { options });
  }

  replay(deliveryId: string, options?: PostOptions): Promise<types.Delivery> {
    return this.call("POST", `/v1/deliveries/${segment(deliveryId)}/replay`, { options });
  }
}

export class Destinations extends Resource {
  list(query: { cursor?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.Destination> {
    return this.pages(`/v1/destinations`, { query, options });
  }

  create(body: types.NewDestination, options?: PostOptions): Promise<types.Destination> {
    return this.call("POST", `/v1/destinations`, { body, options });
  }

  read(destinationId: string, options?: Options): Promise<types.Destination> {
    return this.call("GET", `/v1/destinations/${segment(destinationId)}`, { options });
  }

  delete(destinationId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/destinations/${segment(destinationId)}`, { options });
  }
}

export class Endpoints extends Resource {
  list(query: { cursor?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.Endpoint> {
    return this.pages(`/v1/endpoints`, { query, options });
  }

  create(body: types.NewEndpoint, options?: PostOptions): Promise<types.CreatedEndpoint> {
    return this.call("POST", `/v1/endpoints`, { body, options });
  }

  read(endpointId: string, options?: Options): Promise<types.Endpoint> {
    return this.call("GET", `/v1/endpoints/${segment(endpointId)}`, { options });
  }

  update(endpointId: string, body: types.EndpointChanges = {}, options?: Options): Promise<types.ChangedEndpoint> {
    return this.call("PATCH", `/v1/endpoints/${segment(endpointId)}`, { body, options });
  }

  delete(endpointId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/endpoints/${segment(endpointId)}`, { options });
  }

  check(endpointId: string, options?: PostOptions): Promise<types.Check> {
    return this.call("POST", `/v1/endpoints/${segment(endpointId)}/check`, { options });
  }

  preview(endpointId: string, body: types.PreviewRequest = {}, options?: PostOptions): Promise<types.RequestPreview> {
    return this.call("POST", `/v1/endpoints/${segment(endpointId)}/preview`, { body, options });
  }

  listSecrets(endpointId: string, query: { cursor?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.Secret> {
    return this.pages(`/v1/endpoints/${segment(endpointId)}/secrets`, { query, options });
  }

  createSecret(endpointId: string, body: types.Rotation = {}, options?: PostOptions): Promise<types.NewSecret> {
    return this.call("POST", `/v1/endpoints/${segment(endpointId)}/secrets`, { body, options });
  }

  deleteSecret(endpointId: string, secretId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/endpoints/${segment(endpointId)}/secrets/${segment(secretId)}`, { options });
  }

  takeDeliveries(queueId: string, query: { limit?: number | null; wait?: number | null } = {}, options?: Options): Promise<types.Taken> {
    return this.call("GET", `/v1/endpoints/${segment(queueId)}/queue`, { query, options });
  }

  acknowledgeDeliveries(queueId: string, body: types.Settlement, options?: PostOptions): Promise<types.Acknowledged> {
    return this.call("POST", `/v1/endpoints/${segment(queueId)}/queue/ack`, { body, options });
  }

  releaseDeliveries(queueId: string, body: types.Settlement, options?: PostOptions): Promise<types.Released> {
    return this.call("POST", `/v1/endpoints/${segment(queueId)}/queue/release`, { body, options });
  }
}

export class EventTypes extends Resource {
  list(options?: Options): Promise<types.EventTypes> {
    return this.call("GET", `/v1/event-types`, { options });
  }
}

export class Events extends Resource {
  list(query: { after?: string | null; cursor?: string | null; limit?: number | null; type?: "message.delivered" | "message.failed" | "message.expired" | "endpoint.warned" | "endpoint.disabled" | "endpoint.enabled" | "endpoint.recovered" | "endpoint.secretRotated" | "issue.opened" | "issue.resolved" | null } = {}, options?: Options): Pages<types.Event> {
    return this.pages(`/v1/events`, { query, options });
  }
}

export class Issues extends Resource {
  list(query: { cursor?: string | null; endpointId?: string | null; limit?: number | null; state?: "open" | "acknowledged" | "resolved" | null } = {}, options?: Options): Pages<types.Issue> {
    return this.pages(`/v1/issues`, { query, options });
  }

  read(issueId: string, options?: Options): Promise<types.Issue> {
    return this.call("GET", `/v1/issues/${segment(issueId)}`, { options });
  }

  update(issueId: string, body: types.IssueChanges, options?: Options): Promise<types.Issue> {
    return this.call("PATCH", `/v1/issues/${segment(issueId)}`, { body, options });
  }
}

export class Messages extends Resource {
  list(query: { cursor?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.Message> {
    return this.pages(`/v1/messages`, { query, options });
  }

  read(messageId: string, options?: Options): Promise<types.Message> {
    return this.call("GET", `/v1/messages/${segment(messageId)}`, { options });
  }

  listDeliveries(messageId: string, query: { cursor?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.Delivery> {
    return this.pages(`/v1/messages/${segment(messageId)}/deliveries`, { query, options });
  }

  readReceipt(messageId: string, options?: Options): Promise<types.Receipt> {
    return this.call("GET", `/v1/messages/${segment(messageId)}/receipt`, { options });
  }
}

export class NumberRequests extends Resource {
  list(query: { cursor?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.NumberRequest> {
    return this.pages(`/v1/number-requests`, { query, options });
  }

  create(body: types.NewNumberRequest = {}, options?: PostOptions): Promise<types.NumberRequest> {
    return this.call("POST", `/v1/number-requests`, { body, options });
  }

  read(numberRequestId: string, options?: Options): Promise<types.NumberRequest> {
    return this.call("GET", `/v1/number-requests/${segment(numberRequestId)}`, { options });
  }

  delete(numberRequestId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/number-requests/${segment(numberRequestId)}`, { options });
  }

  createNumberDocument(numberRequestId: string, body: types.NewNumberDocument, options?: PostOptions): Promise<types.NumberDocument> {
    return this.call("POST", `/v1/number-requests/${segment(numberRequestId)}/documents`, { body, options });
  }
}

export class Numbers extends Resource {
  list(query: { cursor?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.Number> {
    return this.pages(`/v1/numbers`, { query, options });
  }

  create(body: types.NewNumber, options?: PostOptions): Promise<types.Number | types.NumberRequest> {
    return this.call("POST", `/v1/numbers`, { body, options });
  }

  read(numberId: string, options?: Options): Promise<types.Number> {
    return this.call("GET", `/v1/numbers/${segment(numberId)}`, { options });
  }

  update(numberId: string, body: types.NumberChanges = {}, options?: Options): Promise<types.Number> {
    return this.call("PATCH", `/v1/numbers/${segment(numberId)}`, { body, options });
  }

  delete(numberId: string, query: { giveBack?: boolean | null } = {}, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/numbers/${segment(numberId)}`, { query, options });
  }
}

export class Replays extends Resource {
  list(query: { cursor?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.Replay> {
    return this.pages(`/v1/replays`, { query, options });
  }

  create(body: types.NewReplay, options?: PostOptions): Promise<types.Replay> {
    return this.call("POST", `/v1/replays`, { body, options });
  }

  read(replayId: string, options?: Options): Promise<types.Replay> {
    return this.call("GET", `/v1/replays/${segment(replayId)}`, { options });
  }

  delete(replayId: string, options?: Options): Promise<types.Replay> {
    return this.call("DELETE", `/v1/replays/${segment(replayId)}`, { options });
  }

  run(replayId: string, options?: PostOptions): Promise<types.Replay> {
    return this.call("POST", `/v1/replays/${segment(replayId)}/run`, { options });
  }
}

export class Retention extends Resource {
  read(options?: Options): Promise<types.Retention> {
    return this.call("GET", `/v1/retention`, { options });
  }

  update(body: types.RetentionChanges = {}, options?: Options): Promise<types.Retention> {
    return this.call("PATCH", `/v1/retention`, { body, options });
  }
}

export class Routes extends Resource {
  list(query: { cursor?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.Route> {
    return this.pages(`/v1/routes`, { query, options });
  }

  create(body: types.NewRoute, options?: PostOptions): Promise<types.Route> {
    return this.call("POST", `/v1/routes`, { body, options });
  }

  read(routeId: string, options?: Options): Promise<types.Route> {
    return this.call("GET", `/v1/routes/${segment(routeId)}`, { options });
  }

  update(routeId: string, body: types.RouteChanges = {}, options?: Options): Promise<types.Route> {
    return this.call("PATCH", `/v1/routes/${segment(routeId)}`, { body, options });
  }

  delete(routeId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/routes/${segment(routeId)}`, { options });
  }
}

export class Resources {
  readonly availableNumbers: AvailableNumbers;
  readonly channels: Channels;
  readonly deliveries: Deliveries;
  readonly destinations: Destinations;
  readonly endpoints: Endpoints;
  readonly eventTypes: EventTypes;
  readonly events: Events;
  readonly issues: Issues;
  readonly messages: Messages;
  readonly numberRequests: NumberRequests;
  readonly numbers: Numbers;
  readonly replays: Replays;
  readonly retention: Retention;
  readonly routes: Routes;

  constructor(transport: Transport) {
    this.availableNumbers = new AvailableNumbers(transport);
    this.channels = new Channels(transport);
    this.deliveries = new Deliveries(transport);
    this.destinations = new Destinations(transport);
    this.endpoints = new Endpoints(transport);
    this.eventTypes = new EventTypes(transport);
    this.events = new Events(transport);
    this.issues = new Issues(transport);
    this.messages = new Messages(transport);
    this.numberRequests = new NumberRequests(transport);
    this.numbers = new Numbers(transport);
    this.replays = new Replays(transport);
    this.retention = new Retention(transport);
    this.routes = new Routes(transport);
  }
}
