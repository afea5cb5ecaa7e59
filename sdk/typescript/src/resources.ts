// Made by `make sdks` from the API's own description; change that.

import { type Pages, Resource, segment } from "./resource.js";
import type { Options, PostOptions, Transport } from "./transport.js";
import type * as types from "./types.js";

export class ApiKeys extends Resource {
  /** Needs the scope `manageKeys`. */
  list(query: { count?: boolean | null; "createdAt[gt]"?: string | null; "createdAt[gte]"?: string | null; "createdAt[lt]"?: string | null; "createdAt[lte]"?: string | null; cursor?: string | null; fields?: string | null; limit?: number | null; revoked?: boolean | null } = {}, options?: Options): Pages<types.ApiKey> {
    return this.pages(`/v1/api-keys`, { query, options });
  }

  /** Needs the scope `manageKeys`. */
  create(body: types.NewApiKey, options?: PostOptions): Promise<types.CreatedApiKey> {
    return this.call("POST", `/v1/api-keys`, { body, options });
  }

  /** Needs the scope `manageKeys`. */
  read(keyId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.ApiKey> {
    return this.call("GET", `/v1/api-keys/${segment(keyId)}`, { query, options });
  }

  /** Needs the scope `manageKeys`. */
  update(keyId: string, body: types.ApiKeyChanges = {}, options?: Options): Promise<types.ApiKey> {
    return this.call("PATCH", `/v1/api-keys/${segment(keyId)}`, { body, options });
  }

  /** Needs the scope `manageKeys`. */
  delete(keyId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/api-keys/${segment(keyId)}`, { options });
  }

  /** Needs the scope `manageKeys`. */
  rotate(keyId: string, body: types.Overlap = {}, options?: PostOptions): Promise<types.CreatedApiKey> {
    return this.call("POST", `/v1/api-keys/${segment(keyId)}/rotate`, { body, options });
  }
}

export class Attempts extends Resource {
  /** Needs the scope `readMessages`. */
  read(attemptId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.Attempt> {
    return this.call("GET", `/v1/attempts/${segment(attemptId)}`, { query, options });
  }
}

export class AuditEntries extends Resource {
  /** Needs the scope `readAudit`. */
  list(query: { action?: string | null; actor?: string | null; address?: string | null; "at[gte]"?: string | null; "at[lt]"?: string | null; count?: boolean | null; cursor?: string | null; fields?: string | null; limit?: number | null; organisation?: "true" | null; requestId?: string | null; seen?: "true" | null; target?: string | null } = {}, options?: Options): Pages<types.AuditEntry> {
    return this.pages(`/v1/audit-entries`, { query, options });
  }
}

export class AvailableNumbers extends Resource {
  /** Needs the scope `read`. */
  list(query: { capability?: "sms" | "mms" | "voice" | null; category?: "platform" | "verified" | "mobile" | "geographic" | "nonGeographic" | "tollFree" | "premium" | "machine" | "shortCode" | "other" | null; country?: string | null; cursor?: string | null; limit?: number | null; region?: string | null } = {}, options?: Options): Pages<types.AvailableNumber> {
    return this.pages(`/v1/available-numbers`, { query, options });
  }
}

export class Channels extends Resource {
  /** Needs the scope `read`. */
  list(query: { carrier?: "aws" | "bandwidth" | "bird" | "clickatell" | "generic" | "highconnection" | "infobip" | "messagebird" | "ovh" | "plivo" | "sandbox" | "sinch" | "smpp" | "telnyx" | "twilio" | "vonage" | "vonage-messages" | null; count?: boolean | null; "createdAt[gt]"?: string | null; "createdAt[gte]"?: string | null; "createdAt[lt]"?: string | null; "createdAt[lte]"?: string | null; cursor?: string | null; fields?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.Channel> {
    return this.pages(`/v1/channels`, { query, options });
  }

  /** Needs the scope `configure`. */
  create(body: types.NewChannel, options?: PostOptions): Promise<types.Channel> {
    return this.call("POST", `/v1/channels`, { body, options });
  }

  /** Needs the scope `read`. */
  read(channelId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.Channel> {
    return this.call("GET", `/v1/channels/${segment(channelId)}`, { query, options });
  }

  /** Needs the scope `configure`. */
  update(channelId: string, body: types.ChannelChanges = {}, options?: Options): Promise<types.Channel> {
    return this.call("PATCH", `/v1/channels/${segment(channelId)}`, { body, options });
  }

  /** Needs the scope `configure`. */
  delete(channelId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/channels/${segment(channelId)}`, { options });
  }

  /** Needs the scope `configure`. */
  listNumberOffers(channelId: string, query: { category?: "mobile" | "geographic" | "tollFree" | "nonGeographic" | null; contains?: string | null; country: string; limit?: number | null }, options?: Options): Promise<types.OfferPage> {
    return this.call("GET", `/v1/channels/${segment(channelId)}/available-numbers`, { query, options });
  }

  /** Needs the scope `configure`. */
  createNumberPurchase(channelId: string, body: types.NewPurchase, options?: PostOptions): Promise<types.Number | types.NumberRequest> {
    return this.call("POST", `/v1/channels/${segment(channelId)}/numbers`, { body, options });
  }

  /** Needs the scope `configure`. */
  preview(channelId: string, body: types.Sample = {}, options?: PostOptions): Promise<types.Preview> {
    return this.call("POST", `/v1/channels/${segment(channelId)}/preview`, { body, options });
  }
}

export class Deliveries extends Resource {
  /** Needs the scope `readMessages`. */
  list(query: { count?: boolean | null; "createdAt[gt]"?: string | null; "createdAt[gte]"?: string | null; "createdAt[lt]"?: string | null; "createdAt[lte]"?: string | null; cursor?: string | null; endpointId?: string | null; eventType?: "message.received" | "message.delivered" | "message.failed" | "message.expired" | "endpoint.warned" | "endpoint.disabled" | "endpoint.enabled" | "endpoint.recovered" | "endpoint.secretRotated" | "issue.opened" | "issue.resolved" | "quota.warned" | "quota.exceeded" | null; expand?: string | null; fields?: string | null; limit?: number | null; messageId?: string | null; state?: "pending" | "sending" | "delivered" | "failed" | "held" | "cancelled" | null } = {}, options?: Options): Pages<types.Delivery> {
    return this.pages(`/v1/deliveries`, { query, options });
  }

  /** Needs the scope `readMessages`. */
  read(deliveryId: string, query: { expand?: string | null; fields?: string | null } = {}, options?: Options): Promise<types.Delivery> {
    return this.call("GET", `/v1/deliveries/${segment(deliveryId)}`, { query, options });
  }

  /** Needs the scope `readMessages`. */
  listAttempts(deliveryId: string, query: { count?: boolean | null; cursor?: string | null; errorCode?: 5101 | 5102 | 5103 | 5104 | 5105 | 5106 | 5107 | 5108 | 5109 | 5110 | 5111 | 5112 | 5113 | 5114 | 5115 | 5116 | 5117 | 5118 | 5199 | null; fields?: string | null; limit?: number | null; "startedAt[gt]"?: string | null; "startedAt[gte]"?: string | null; "startedAt[lt]"?: string | null; "startedAt[lte]"?: string | null; status?: number | null } = {}, options?: Options): Pages<types.Attempt> {
    return this.pages(`/v1/deliveries/${segment(deliveryId)}/attempts`, { query, options });
  }

  /** Needs the scope `readMessages`. */
  readAttempt(deliveryId: string, attemptId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.Attempt> {
    return this.call("GET", `/v1/deliveries/${segment(deliveryId)}/attempts/${segment(attemptId)}`, { query, options });
  }

  /** Needs the scope `replay`. */
  replay(deliveryId: string, options?: PostOptions): Promise<types.Delivery> {
    return this.call("POST", `/v1/deliveries/${segment(deliveryId)}/replay`, { options });
  }
}

export class Destinations extends Resource {
  /** Needs the scope `read`. */
  list(query: { count?: boolean | null; "createdAt[gt]"?: string | null; "createdAt[gte]"?: string | null; "createdAt[lt]"?: string | null; "createdAt[lte]"?: string | null; cursor?: string | null; fields?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.Destination> {
    return this.pages(`/v1/destinations`, { query, options });
  }

  /** Needs the scope `configure`. */
  create(body: types.NewDestination, options?: PostOptions): Promise<types.Destination> {
    return this.call("POST", `/v1/destinations`, { body, options });
  }

  /** Needs the scope `read`. */
  read(destinationId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.Destination> {
    return this.call("GET", `/v1/destinations/${segment(destinationId)}`, { query, options });
  }

  /** Needs the scope `configure`. */
  delete(destinationId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/destinations/${segment(destinationId)}`, { options });
  }
}

export class Endpoints extends Resource {
  /** Needs the scope `read`. */
  list(query: { count?: boolean | null; "createdAt[gt]"?: string | null; "createdAt[gte]"?: string | null; "createdAt[lt]"?: string | null; "createdAt[lte]"?: string | null; cursor?: string | null; disabled?: boolean | null; fields?: string | null; isDefault?: boolean | null; kind?: "webhook" | "callback" | "polling" | null; limit?: number | null } = {}, options?: Options): Pages<types.Endpoint> {
    return this.pages(`/v1/endpoints`, { query, options });
  }

  /** Needs the scope `configure`. */
  create(body: types.NewEndpoint, options?: PostOptions): Promise<types.CreatedEndpoint> {
    return this.call("POST", `/v1/endpoints`, { body, options });
  }

  /** Needs the scope `read`. */
  read(endpointId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.Endpoint> {
    return this.call("GET", `/v1/endpoints/${segment(endpointId)}`, { query, options });
  }

  /** Needs the scope `configure`. */
  update(endpointId: string, body: types.EndpointChanges = {}, options?: Options): Promise<types.ChangedEndpoint> {
    return this.call("PATCH", `/v1/endpoints/${segment(endpointId)}`, { body, options });
  }

  /** Needs the scope `configure`. */
  delete(endpointId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/endpoints/${segment(endpointId)}`, { options });
  }

  /** Needs the scope `configure`. */
  check(endpointId: string, options?: PostOptions): Promise<types.Check> {
    return this.call("POST", `/v1/endpoints/${segment(endpointId)}/check`, { options });
  }

  /** Needs the scope `configure`. */
  preview(endpointId: string, body: types.PreviewRequest = {}, options?: PostOptions): Promise<types.RequestPreview> {
    return this.call("POST", `/v1/endpoints/${segment(endpointId)}/preview`, { body, options });
  }

  /** Needs the scope `read`. */
  listSecrets(endpointId: string, query: { count?: boolean | null; cursor?: string | null; fields?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.Secret> {
    return this.pages(`/v1/endpoints/${segment(endpointId)}/secrets`, { query, options });
  }

  /** Needs the scope `configure`. */
  createSecret(endpointId: string, body: types.Rotation = {}, options?: PostOptions): Promise<types.NewSecret> {
    return this.call("POST", `/v1/endpoints/${segment(endpointId)}/secrets`, { body, options });
  }

  /** Needs the scope `read`. */
  readSecret(endpointId: string, secretId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.Secret> {
    return this.call("GET", `/v1/endpoints/${segment(endpointId)}/secrets/${segment(secretId)}`, { query, options });
  }

  /** Needs the scope `configure`. */
  deleteSecret(endpointId: string, secretId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/endpoints/${segment(endpointId)}/secrets/${segment(secretId)}`, { options });
  }

  /** Needs the scope `receive`. */
  takeDeliveries(queueId: string, query: { limit?: number | null; wait?: number | null } = {}, options?: Options): Promise<types.Taken> {
    return this.call("GET", `/v1/endpoints/${segment(queueId)}/queue`, { query, options });
  }

  /** Needs the scope `receive`. */
  acknowledgeDeliveries(queueId: string, body: types.Settlement, options?: PostOptions): Promise<types.Acknowledged> {
    return this.call("POST", `/v1/endpoints/${segment(queueId)}/queue/ack`, { body, options });
  }

  /** Needs the scope `receive`. */
  releaseDeliveries(queueId: string, body: types.Settlement, options?: PostOptions): Promise<types.Released> {
    return this.call("POST", `/v1/endpoints/${segment(queueId)}/queue/release`, { body, options });
  }
}

export class EventTypes extends Resource {
  /** Needs the scope `read`. */
  list(options?: Options): Promise<types.EventTypes> {
    return this.call("GET", `/v1/event-types`, { options });
  }
}

export class Events extends Resource {
  /** Needs the scope `readMessages`. */
  list(query: { after?: string | null; count?: boolean | null; cursor?: string | null; fields?: string | null; limit?: number | null; "timestamp[gt]"?: string | null; "timestamp[gte]"?: string | null; "timestamp[lt]"?: string | null; "timestamp[lte]"?: string | null; type?: "message.delivered" | "message.failed" | "message.expired" | "endpoint.warned" | "endpoint.disabled" | "endpoint.enabled" | "endpoint.recovered" | "endpoint.secretRotated" | "issue.opened" | "issue.resolved" | "quota.warned" | "quota.exceeded" | null } = {}, options?: Options): Pages<types.Event> {
    return this.pages(`/v1/events`, { query, options });
  }

  /** Needs the scope `readMessages`. */
  read(eventId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.Event> {
    return this.call("GET", `/v1/events/${segment(eventId)}`, { query, options });
  }
}

export class Feed extends Resource {
  /** Needs the scope `readMessages`. */
  read(query: { cursor?: string | null; limit?: number | null; wait?: number | null } = {}, options?: Options): Pages<types.Message> {
    return this.pages(`/v1/feed`, { query, options });
  }
}

export class IdentityProviders extends Resource {
  /** Needs the scope `manageMembers`. */
  list(query: { count?: boolean | null; cursor?: string | null; fields?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.IdentityProvider> {
    return this.pages(`/v1/identity-providers`, { query, options });
  }

  /** Needs the scope `manageMembers`. */
  create(body: types.NewIdentityProvider, options?: PostOptions): Promise<types.IdentityProvider> {
    return this.call("POST", `/v1/identity-providers`, { body, options });
  }

  /** Needs the scope `manageMembers`. */
  read(identityProviderId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.IdentityProvider> {
    return this.call("GET", `/v1/identity-providers/${segment(identityProviderId)}`, { query, options });
  }

  /** Needs the scope `manageMembers`. */
  update(identityProviderId: string, body: types.IdentityProviderChanges = {}, options?: Options): Promise<types.IdentityProvider> {
    return this.call("PATCH", `/v1/identity-providers/${segment(identityProviderId)}`, { body, options });
  }

  /** Needs the scope `manageMembers`. */
  delete(identityProviderId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/identity-providers/${segment(identityProviderId)}`, { options });
  }

  /** Needs the scope `manageMembers`. */
  check(identityProviderId: string, options?: PostOptions): Promise<types.IdentityProviderCheck> {
    return this.call("POST", `/v1/identity-providers/${segment(identityProviderId)}/check`, { options });
  }
}

export class Invitations extends Resource {
  /** Needs the scope `manageMembers`. */
  list(query: { count?: boolean | null; "createdAt[gt]"?: string | null; "createdAt[gte]"?: string | null; "createdAt[lt]"?: string | null; "createdAt[lte]"?: string | null; cursor?: string | null; fields?: string | null; limit?: number | null; role?: "owner" | "admin" | "developer" | "compliance" | "support" | "billing" | "viewer" | null } = {}, options?: Options): Pages<types.Invitation> {
    return this.pages(`/v1/invitations`, { query, options });
  }

  /** Needs the scope `manageMembers`. */
  create(body: types.NewInvitation, options?: PostOptions): Promise<types.Invitation> {
    return this.call("POST", `/v1/invitations`, { body, options });
  }

  /** Needs the scope `manageMembers`. */
  read(invitationId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.Invitation> {
    return this.call("GET", `/v1/invitations/${segment(invitationId)}`, { query, options });
  }

  /** Needs the scope `manageMembers`. */
  delete(invitationId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/invitations/${segment(invitationId)}`, { options });
  }

  /** Needs the scope `manageMembers`. */
  resend(invitationId: string, options?: PostOptions): Promise<types.Invitation> {
    return this.call("POST", `/v1/invitations/${segment(invitationId)}/resend`, { options });
  }
}

export class Issues extends Resource {
  /** Needs the scope `readMessages`. */
  list(query: { count?: boolean | null; cursor?: string | null; endpointId?: string | null; errorCode?: 5101 | 5102 | 5103 | 5104 | 5105 | 5106 | 5107 | 5108 | 5109 | 5110 | 5111 | 5112 | 5113 | 5114 | 5115 | 5116 | 5117 | 5118 | 5199 | null; fields?: string | null; "lastSeenAt[gt]"?: string | null; "lastSeenAt[gte]"?: string | null; "lastSeenAt[lt]"?: string | null; "lastSeenAt[lte]"?: string | null; limit?: number | null; state?: "open" | "acknowledged" | "resolved" | null } = {}, options?: Options): Pages<types.Issue> {
    return this.pages(`/v1/issues`, { query, options });
  }

  /** Needs the scope `readMessages`. */
  read(issueId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.Issue> {
    return this.call("GET", `/v1/issues/${segment(issueId)}`, { query, options });
  }

  /** Needs the scope `replay`. */
  update(issueId: string, body: types.IssueChanges, options?: Options): Promise<types.Issue> {
    return this.call("PATCH", `/v1/issues/${segment(issueId)}`, { body, options });
  }
}

export class Members extends Resource {
  /** Needs the scope `manageMembers`. */
  list(query: { count?: boolean | null; cursor?: string | null; fields?: string | null; limit?: number | null; role?: "owner" | "admin" | "developer" | "compliance" | "support" | "billing" | "viewer" | null } = {}, options?: Options): Pages<types.Member> {
    return this.pages(`/v1/members`, { query, options });
  }

  /** Needs the scope `manageMembers`. */
  read(membershipId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.Member> {
    return this.call("GET", `/v1/members/${segment(membershipId)}`, { query, options });
  }

  /** Needs the scope `manageMembers`. */
  update(membershipId: string, body: types.MemberChanges, options?: Options): Promise<types.Member> {
    return this.call("PATCH", `/v1/members/${segment(membershipId)}`, { body, options });
  }

  /** Needs the scope `manageMembers`. */
  delete(membershipId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/members/${segment(membershipId)}`, { options });
  }
}

export class Messages extends Resource {
  /** Needs the scope `readMessages`. */
  list(query: { count?: boolean | null; cursor?: string | null; endpointId?: string | null; expand?: string | null; fields?: string | null; limit?: number | null; numberUsed?: string | null; "receivedAt[gt]"?: string | null; "receivedAt[gte]"?: string | null; "receivedAt[lt]"?: string | null; "receivedAt[lte]"?: string | null; routeId?: string | null; routingTag?: string | null; senderId?: string | null; status?: "received" | "queued" | "delivered" | "failed" | "dropped" | "quarantined" | "blocked" | "expired" | null } = {}, options?: Options): Pages<types.Message> {
    return this.pages(`/v1/messages`, { query, options });
  }

  /** Needs the scope `readMessages`. */
  read(messageId: string, query: { expand?: string | null; fields?: string | null } = {}, options?: Options): Promise<types.Message> {
    return this.call("GET", `/v1/messages/${segment(messageId)}`, { query, options });
  }

  /** Needs the scope `readMessages`. */
  listDeliveries(messageId: string, query: { count?: boolean | null; "createdAt[gt]"?: string | null; "createdAt[gte]"?: string | null; "createdAt[lt]"?: string | null; "createdAt[lte]"?: string | null; cursor?: string | null; endpointId?: string | null; eventType?: "message.received" | "message.delivered" | "message.failed" | "message.expired" | "endpoint.warned" | "endpoint.disabled" | "endpoint.enabled" | "endpoint.recovered" | "endpoint.secretRotated" | "issue.opened" | "issue.resolved" | "quota.warned" | "quota.exceeded" | null; expand?: string | null; fields?: string | null; limit?: number | null; state?: "pending" | "sending" | "delivered" | "failed" | "held" | "cancelled" | null } = {}, options?: Options): Pages<types.Delivery> {
    return this.pages(`/v1/messages/${segment(messageId)}/deliveries`, { query, options });
  }

  /** Needs the scope `readMessages`. */
  readReceipt(messageId: string, options?: Options): Promise<types.Receipt> {
    return this.call("GET", `/v1/messages/${segment(messageId)}/receipt`, { options });
  }
}

export class NumberRequests extends Resource {
  /** Needs the scope `read`. */
  list(query: { count?: boolean | null; "createdAt[gt]"?: string | null; "createdAt[gte]"?: string | null; "createdAt[lt]"?: string | null; "createdAt[lte]"?: string | null; cursor?: string | null; fields?: string | null; kind?: "pool" | "bring" | null; limit?: number | null; status?: "requested" | "approved" | "refused" | "cancelled" | null } = {}, options?: Options): Pages<types.NumberRequest> {
    return this.pages(`/v1/number-requests`, { query, options });
  }

  /** Needs the scope `configure`. */
  create(body: types.NewNumberRequest = {}, options?: PostOptions): Promise<types.NumberRequest> {
    return this.call("POST", `/v1/number-requests`, { body, options });
  }

  /** Needs the scope `read`. */
  read(numberRequestId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.NumberRequest> {
    return this.call("GET", `/v1/number-requests/${segment(numberRequestId)}`, { query, options });
  }

  /** Needs the scope `configure`. */
  delete(numberRequestId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/number-requests/${segment(numberRequestId)}`, { options });
  }

  /** Needs the scope `configure`. */
  createNumberDocument(numberRequestId: string, body: types.NewNumberDocument, options?: PostOptions): Promise<types.NumberDocument> {
    return this.call("POST", `/v1/number-requests/${segment(numberRequestId)}/documents`, { body, options });
  }
}

export class Numbers extends Resource {
  /** Needs the scope `read`. */
  list(query: { category?: "platform" | "verified" | "mobile" | "geographic" | "nonGeographic" | "tollFree" | "premium" | "machine" | "shortCode" | "other" | null; channelId?: string | null; count?: boolean | null; country?: string | null; cursor?: string | null; fields?: string | null; limit?: number | null; number?: string | null; "startsAt[gt]"?: string | null; "startsAt[gte]"?: string | null; "startsAt[lt]"?: string | null; "startsAt[lte]"?: string | null } = {}, options?: Options): Pages<types.Number> {
    return this.pages(`/v1/numbers`, { query, options });
  }

  /** Needs the scope `configure`. */
  create(body: types.NewNumber, options?: PostOptions): Promise<types.Number | types.NumberRequest> {
    return this.call("POST", `/v1/numbers`, { body, options });
  }

  /** Needs the scope `read`. */
  read(numberId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.Number> {
    return this.call("GET", `/v1/numbers/${segment(numberId)}`, { query, options });
  }

  /** Needs the scope `configure`. */
  update(numberId: string, body: types.NumberChanges = {}, options?: Options): Promise<types.Number> {
    return this.call("PATCH", `/v1/numbers/${segment(numberId)}`, { body, options });
  }

  /** Needs the scope `configure`. */
  delete(numberId: string, query: { giveBack?: boolean | null } = {}, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/numbers/${segment(numberId)}`, { query, options });
  }
}

export class OauthClients extends Resource {
  /** Needs the scope `manageKeys`. */
  list(query: { count?: boolean | null; "createdAt[gt]"?: string | null; "createdAt[gte]"?: string | null; "createdAt[lt]"?: string | null; "createdAt[lte]"?: string | null; cursor?: string | null; fields?: string | null; limit?: number | null; revoked?: boolean | null } = {}, options?: Options): Pages<types.OAuthClient> {
    return this.pages(`/v1/oauth-clients`, { query, options });
  }

  /** Needs the scope `manageKeys`. */
  create(body: types.NewOAuthClient, options?: PostOptions): Promise<types.CreatedOAuthClient> {
    return this.call("POST", `/v1/oauth-clients`, { body, options });
  }

  /** Needs the scope `manageKeys`. */
  read(clientId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.OAuthClient> {
    return this.call("GET", `/v1/oauth-clients/${segment(clientId)}`, { query, options });
  }

  /** Needs the scope `manageKeys`. */
  update(clientId: string, body: types.OAuthClientChanges = {}, options?: Options): Promise<types.OAuthClient> {
    return this.call("PATCH", `/v1/oauth-clients/${segment(clientId)}`, { body, options });
  }

  /** Needs the scope `manageKeys`. */
  delete(clientId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/oauth-clients/${segment(clientId)}`, { options });
  }

  /** Needs the scope `manageKeys`. */
  rotate(clientId: string, body: types.Overlap = {}, options?: PostOptions): Promise<types.CreatedOAuthClient> {
    return this.call("POST", `/v1/oauth-clients/${segment(clientId)}/rotate`, { body, options });
  }
}

export class Replays extends Resource {
  /** Needs the scope `readMessages`. */
  list(query: { count?: boolean | null; "createdAt[gt]"?: string | null; "createdAt[gte]"?: string | null; "createdAt[lt]"?: string | null; "createdAt[lte]"?: string | null; cursor?: string | null; fields?: string | null; kind?: "recover" | "missing" | "matching" | null; limit?: number | null; state?: "planned" | "running" | "done" | "failed" | "cancelled" | null } = {}, options?: Options): Pages<types.Replay> {
    return this.pages(`/v1/replays`, { query, options });
  }

  /** Needs the scope `replay`. */
  create(body: types.NewReplay, options?: PostOptions): Promise<types.Replay> {
    return this.call("POST", `/v1/replays`, { body, options });
  }

  /** Needs the scope `readMessages`. */
  read(replayId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.Replay> {
    return this.call("GET", `/v1/replays/${segment(replayId)}`, { query, options });
  }

  /** Needs the scope `replay`. */
  delete(replayId: string, options?: Options): Promise<types.Replay> {
    return this.call("DELETE", `/v1/replays/${segment(replayId)}`, { options });
  }

  /** Needs the scope `replay`. */
  run(replayId: string, options?: PostOptions): Promise<types.Replay> {
    return this.call("POST", `/v1/replays/${segment(replayId)}/run`, { options });
  }
}

export class Requests extends Resource {
  /** Needs the scope `readMessages`. */
  list(query: { actor?: string | null; "at[gt]"?: string | null; "at[gte]"?: string | null; "at[lt]"?: string | null; "at[lte]"?: string | null; count?: boolean | null; cursor?: string | null; errorCode?: number | null; fields?: string | null; limit?: number | null; method?: "GET" | "HEAD" | "POST" | "PATCH" | "PUT" | "DELETE" | "OPTIONS" | null; path?: string | null; refused?: boolean | null; requestId?: string | null; status?: number | null } = {}, options?: Options): Pages<types.Request> {
    return this.pages(`/v1/requests`, { query, options });
  }

  /** Needs the scope `readMessages`. */
  read(requestId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.Request> {
    return this.call("GET", `/v1/requests/${segment(requestId)}`, { query, options });
  }
}

export class Retention extends Resource {
  /** Needs the scope `read`. */
  read(options?: Options): Promise<types.Retention> {
    return this.call("GET", `/v1/retention`, { options });
  }

  /** Needs the scope `manageConsent`. */
  update(body: types.RetentionChanges = {}, options?: Options): Promise<types.Retention> {
    return this.call("PATCH", `/v1/retention`, { body, options });
  }
}

export class Routes extends Resource {
  /** Needs the scope `read`. */
  list(query: { action?: "deliver" | "drop" | "quarantine" | null; count?: boolean | null; cursor?: string | null; endpointId?: string | null; fields?: string | null; limit?: number | null; routingTag?: string | null } = {}, options?: Options): Pages<types.Route> {
    return this.pages(`/v1/routes`, { query, options });
  }

  /** Needs the scope `configure`. */
  create(body: types.NewRoute, options?: PostOptions): Promise<types.Route> {
    return this.call("POST", `/v1/routes`, { body, options });
  }

  /** Needs the scope `read`. */
  read(routeId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.Route> {
    return this.call("GET", `/v1/routes/${segment(routeId)}`, { query, options });
  }

  /** Needs the scope `configure`. */
  update(routeId: string, body: types.RouteChanges = {}, options?: Options): Promise<types.Route> {
    return this.call("PATCH", `/v1/routes/${segment(routeId)}`, { body, options });
  }

  /** Needs the scope `configure`. */
  delete(routeId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/routes/${segment(routeId)}`, { options });
  }

  /** Needs the scope `readContent`. */
  try(body: types.RouteTrialRequest = {}, options?: PostOptions): Promise<types.RouteTrial> {
    return this.call("POST", `/v1/routes/dry-run`, { body, options });
  }

  /** Needs the scope `read`. */
  export(options?: Options): Promise<types.RouteDocument> {
    return this.call("GET", `/v1/routes/export`, { options });
  }

  /** Needs the scope `configure`. */
  import(body: types.RouteImport, query: { dryRun?: boolean | null } = {}, options?: Options): Promise<types.RouteDifference> {
    return this.call("PUT", `/v1/routes/import`, { body, query, options });
  }

  /** Needs the scope `read`. */
  validate(body: types.RouteImport, options?: PostOptions): Promise<types.RouteValidation> {
    return this.call("POST", `/v1/routes/validate`, { body, options });
  }

  /** Needs the scope `read`. */
  listVersions(query: { count?: boolean | null; cursor?: string | null; fields?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.RouteVersion> {
    return this.pages(`/v1/routes/versions`, { query, options });
  }

  /** Needs the scope `read`. */
  readVersion(routeVersionId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.WholeRouteVersion> {
    return this.call("GET", `/v1/routes/versions/${segment(routeVersionId)}`, { query, options });
  }

  /** Needs the scope `configure`. */
  restoreVersion(routeVersionId: string, query: { dryRun?: boolean | null } = {}, options?: PostOptions): Promise<types.RouteDifference> {
    return this.call("POST", `/v1/routes/versions/${segment(routeVersionId)}/restore`, { query, options });
  }
}

export class Sandbox extends Resource {
  /** Needs the scope `read`. */
  readClock(query: { wait?: number | null } = {}, options?: Options): Promise<types.Clock> {
    return this.call("GET", `/v1/sandbox/clock`, { query, options });
  }

  /** Needs the scope `configure`. */
  advanceClock(body: types.NewTime = {}, query: { wait?: number | null } = {}, options?: PostOptions): Promise<types.Clock> {
    return this.call("POST", `/v1/sandbox/clock`, { body, query, options });
  }

  /** Needs the scope `read`. */
  listLeases(query: { count?: boolean | null; cursor?: string | null; fields?: string | null; limit?: number | null; number?: string | null } = {}, options?: Options): Pages<types.NumberLease> {
    return this.pages(`/v1/sandbox/leases`, { query, options });
  }

  /** Needs the scope `configure`. */
  createLease(body: types.NewNumberLease = {}, options?: PostOptions): Promise<types.NumberLease> {
    return this.call("POST", `/v1/sandbox/leases`, { body, options });
  }

  /** Needs the scope `configure`. */
  deleteLease(numberLeaseId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/sandbox/leases/${segment(numberLeaseId)}`, { options });
  }

  /** Needs the scope `configure`. */
  simulateMessages(body: types.NewSimulation, query: { wait?: number | null } = {}, options?: PostOptions): Promise<types.Simulation> {
    return this.call("POST", `/v1/sandbox/messages`, { body, query, options });
  }

  /** Needs the scope `readMessages`. */
  readSimulation(simulationId: string, query: { wait?: number | null } = {}, options?: Options): Promise<types.Simulation> {
    return this.call("GET", `/v1/sandbox/messages/${segment(simulationId)}`, { query, options });
  }

  /** Needs the scope `configure`. */
  releaseSimulation(simulationId: string, options?: PostOptions): Promise<types.Simulation> {
    return this.call("POST", `/v1/sandbox/messages/${segment(simulationId)}/release`, { options });
  }

  /** Needs the scope `read`. */
  listReceivers(query: { count?: boolean | null; "createdAt[gt]"?: string | null; "createdAt[gte]"?: string | null; "createdAt[lt]"?: string | null; "createdAt[lte]"?: string | null; cursor?: string | null; fields?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.Receiver> {
    return this.pages(`/v1/sandbox/receivers`, { query, options });
  }

  /** Needs the scope `configure`. */
  createReceiver(body: types.NewReceiver = {}, options?: PostOptions): Promise<types.Receiver> {
    return this.call("POST", `/v1/sandbox/receivers`, { body, options });
  }

  /** Needs the scope `read`. */
  readReceiver(receiverId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.Receiver> {
    return this.call("GET", `/v1/sandbox/receivers/${segment(receiverId)}`, { query, options });
  }

  /** Needs the scope `configure`. */
  updateReceiver(receiverId: string, body: types.ReceiverChanges = {}, options?: Options): Promise<types.Receiver> {
    return this.call("PATCH", `/v1/sandbox/receivers/${segment(receiverId)}`, { body, options });
  }

  /** Needs the scope `configure`. */
  deleteReceiver(receiverId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/sandbox/receivers/${segment(receiverId)}`, { options });
  }

  /** Needs the scope `readMessages`. */
  listReceivedRequests(receiverId: string, query: { count?: boolean | null; cursor?: string | null; fields?: string | null; limit?: number | null; since?: string | null } = {}, options?: Options): Pages<types.ReceivedRequest> {
    return this.pages(`/v1/sandbox/receivers/${segment(receiverId)}/requests`, { query, options });
  }

  /** Needs the scope `configure`. */
  deleteReceivedRequests(receiverId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/sandbox/receivers/${segment(receiverId)}/requests`, { options });
  }

  /** Needs the scope `readMessages`. */
  awaitReceivedRequests(receiverId: string, query: { count?: number | null; since?: string | null; timeout?: number | null } = {}, options?: Options): Promise<types.Awaited> {
    return this.call("GET", `/v1/sandbox/receivers/${segment(receiverId)}/requests/wait`, { query, options });
  }

  /** Needs the scope `readMessages`. */
  listRuns(query: { count?: boolean | null; "createdAt[gt]"?: string | null; "createdAt[gte]"?: string | null; "createdAt[lt]"?: string | null; "createdAt[lte]"?: string | null; cursor?: string | null; fields?: string | null; limit?: number | null; scenario?: string | null } = {}, options?: Options): Pages<types.Run> {
    return this.pages(`/v1/sandbox/runs`, { query, options });
  }

  /** Needs the scope `configure`. */
  runScenarios(body: types.NewRuns = {}, query: { wait?: number | null } = {}, options?: PostOptions): Promise<types.Runs> {
    return this.call("POST", `/v1/sandbox/runs`, { body, query, options });
  }

  /** Needs the scope `readMessages`. */
  readRun(runId: string, query: { wait?: number | null } = {}, options?: Options): Promise<types.Run> {
    return this.call("GET", `/v1/sandbox/runs/${segment(runId)}`, { query, options });
  }

  /** Needs the scope `read`. */
  listScenarios(query: { cursor?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.Scenario> {
    return this.pages(`/v1/sandbox/scenarios`, { query, options });
  }

  /** Needs the scope `read`. */
  readScenario(scenarioName: string, options?: Options): Promise<types.Scenario> {
    return this.call("GET", `/v1/sandbox/scenarios/${segment(scenarioName)}`, { options });
  }

  /** Needs the scope `configure`. */
  runScenario(scenarioName: string, body: types.NewRun = {}, query: { wait?: number | null } = {}, options?: PostOptions): Promise<types.Run> {
    return this.call("POST", `/v1/sandbox/scenarios/${segment(scenarioName)}/runs`, { body, query, options });
  }
}

export class Sandboxes extends Resource {
  /** Needs the scope `read`. */
  list(query: { count?: boolean | null; "createdAt[gt]"?: string | null; "createdAt[gte]"?: string | null; "createdAt[lt]"?: string | null; "createdAt[lte]"?: string | null; cursor?: string | null; fields?: string | null; limit?: number | null } = {}, options?: Options): Pages<types.Sandbox> {
    return this.pages(`/v1/sandboxes`, { query, options });
  }

  /** Needs the scope `manageSandboxes`. */
  create(body: types.NewSandbox, options?: PostOptions): Promise<types.CreatedSandbox> {
    return this.call("POST", `/v1/sandboxes`, { body, options });
  }

  /** Needs the scope `read`. */
  read(sandboxId: string, query: { fields?: string | null } = {}, options?: Options): Promise<types.Sandbox> {
    return this.call("GET", `/v1/sandboxes/${segment(sandboxId)}`, { query, options });
  }

  /** Needs the scope `manageSandboxes`. */
  update(sandboxId: string, body: types.SandboxChanges, options?: Options): Promise<types.Sandbox> {
    return this.call("PATCH", `/v1/sandboxes/${segment(sandboxId)}`, { body, options });
  }

  /** Needs the scope `manageSandboxes`. */
  delete(sandboxId: string, options?: Options): Promise<void> {
    return this.call("DELETE", `/v1/sandboxes/${segment(sandboxId)}`, { options });
  }

  /** Needs the scope `manageSandboxes`. */
  reset(sandboxId: string, options?: PostOptions): Promise<types.Sandbox> {
    return this.call("POST", `/v1/sandboxes/${segment(sandboxId)}/reset`, { options });
  }
}

export class Resources {
  readonly apiKeys: ApiKeys;
  readonly attempts: Attempts;
  readonly auditEntries: AuditEntries;
  readonly availableNumbers: AvailableNumbers;
  readonly channels: Channels;
  readonly deliveries: Deliveries;
  readonly destinations: Destinations;
  readonly endpoints: Endpoints;
  readonly eventTypes: EventTypes;
  readonly events: Events;
  readonly feed: Feed;
  readonly identityProviders: IdentityProviders;
  readonly invitations: Invitations;
  readonly issues: Issues;
  readonly members: Members;
  readonly messages: Messages;
  readonly numberRequests: NumberRequests;
  readonly numbers: Numbers;
  readonly oauthClients: OauthClients;
  readonly replays: Replays;
  readonly requests: Requests;
  readonly retention: Retention;
  readonly routes: Routes;
  readonly sandbox: Sandbox;
  readonly sandboxes: Sandboxes;

  constructor(transport: Transport) {
    this.apiKeys = new ApiKeys(transport);
    this.attempts = new Attempts(transport);
    this.auditEntries = new AuditEntries(transport);
    this.availableNumbers = new AvailableNumbers(transport);
    this.channels = new Channels(transport);
    this.deliveries = new Deliveries(transport);
    this.destinations = new Destinations(transport);
    this.endpoints = new Endpoints(transport);
    this.eventTypes = new EventTypes(transport);
    this.events = new Events(transport);
    this.feed = new Feed(transport);
    this.identityProviders = new IdentityProviders(transport);
    this.invitations = new Invitations(transport);
    this.issues = new Issues(transport);
    this.members = new Members(transport);
    this.messages = new Messages(transport);
    this.numberRequests = new NumberRequests(transport);
    this.numbers = new Numbers(transport);
    this.oauthClients = new OauthClients(transport);
    this.replays = new Replays(transport);
    this.requests = new Requests(transport);
    this.retention = new Retention(transport);
    this.routes = new Routes(transport);
    this.sandbox = new Sandbox(transport);
    this.sandboxes = new Sandboxes(transport);
  }
}
