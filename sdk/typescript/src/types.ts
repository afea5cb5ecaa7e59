// Made by `make sdks` from the API's own description; change that.

export type AboutEnum = "messages" | "order" | "content" | "sender" | "partial" | "code" | "host" | "sentAfter" | "delivered";

export type ActorKind = "user" | "key" | "client" | "operator" | "system";

export type ChangeEnum = "created" | "updated" | "moved" | "deleted";

export type ClockStatus = "advancing" | "ready";

export type CodePattern = "origin_bound" | "android_hash" | "prefixed" | "keyword" | "context";

export type ConditionField = "numberUsed" | "senderId" | "senderCountry" | "firstWord" | "content";

export type DeliveryState = "pending" | "sending" | "delivered" | "failed" | "held" | "cancelled";

export type EndingEnum = "whole" | "drip" | "half" | "reset";

export type EndpointKind = "webhook" | "callback" | "polling";

export type ErrorCodeEnum = 5101 | 5102 | 5103 | 5104 | 5105 | 5106 | 5107 | 5108 | 5109 | 5110 | 5111 | 5112 | 5113 | 5114 | 5115 | 5116 | 5117 | 5118 | 5199;

export type EventName = "message.delivered" | "message.failed" | "message.expired" | "endpoint.warned" | "endpoint.disabled" | "endpoint.enabled" | "endpoint.recovered" | "endpoint.secretRotated" | "issue.opened" | "issue.resolved" | "quota.warned" | "quota.exceeded";

export type HealthStateEnum = "healthy" | "failing" | "open" | "disabled";

export type IssueState = "open" | "acknowledged" | "resolved";

export type LineState = "connecting" | "bound" | "waiting" | "refused" | "stopped";

export type MessageStatus = "received" | "queued" | "delivered" | "failed" | "dropped" | "quarantined" | "blocked" | "expired";

export type MethodEnum = "POST" | "GET";

export type NumberCapability = "sms" | "mms" | "voice";

export type NumberCategory = "platform" | "verified" | "mobile" | "geographic" | "nonGeographic" | "tollFree" | "premium" | "machine" | "shortCode" | "other";

export type NumberDocumentType = "application/pdf" | "image/jpeg" | "image/png";

export type NumberRequestKind = "pool" | "bring";

export type NumberRequestStatus = "requested" | "approved" | "refused" | "cancelled";

export type OperatorEnum = "equals" | "startsWith" | "contains" | "matches" | "in";

export type PayloadEnum = "full" | "thin";

export type ReplayKind = "recover" | "missing" | "matching";

export type ReplayState = "planned" | "running" | "done" | "failed" | "cancelled";

export type ReplayableState = "failed" | "delivered" | "cancelled";

export type RequestEnum = "good" | "tampered" | "stale" | "duplicate";

export type RoleEnum = "owner" | "admin" | "developer" | "compliance" | "support" | "billing" | "viewer";

export type RouteAction = "deliver" | "drop" | "quarantine";

export type RunState = "running" | "passed" | "failed";

export type SandboxStatus = "ready" | "emptying";

export type ScenarioCategory = "codes" | "lookalikes" | "everyday" | "long" | "scripts" | "times" | "traffic" | "optOut" | "abuse";

export type ScopesEnum = "read" | "readMessages" | "readContent" | "receive" | "configure" | "replay" | "readAudit" | "manageSandboxes" | "manageKeys" | "manageMembers" | "manageConsent";

export type SignatureEnum = "valid" | "wrong" | "stale" | "missing" | "unknown";

export type SignsWithEnum = "v1" | "v1a";

export type SimulatedTextStateEnum = "waiting" | "accepted" | "refused" | "unanswered";

export type StepEnum = "sent" | "accepted" | "routed" | "attempt" | "delivered" | "failed" | "cancelled";

export interface Access {
  headers?: AccessHeaders[];
  basic?: AccessBasic;
  bearer?: AccessBearer;
  oauth2?: AccessOauth2;
  clientCertificate?: AccessClientCertificate;
  /** PEM; issuers to trust instead of the public ones */
  caCertificate?: string;
}

export interface AccessBasic {
  username?: string;
  /** null in answers; null or absent keeps what an otherwise same entry had */
  password?: string | null;
}

export interface AccessBearer {
  /** null in answers; null or absent keeps what an otherwise same entry had */
  token?: string | null;
}

export interface AccessClientCertificate {
  /** PEM, the client's own first */
  certificate?: string;
  /** null in answers; null or absent keeps what an otherwise same entry had */
  key?: string | null;
}

export interface AccessHeaders {
  name?: string;
  /** null in answers; null or absent keeps what an otherwise same entry had */
  value?: string | null;
  secret?: boolean;
}

export interface AccessOauth2 {
  tokenUrl?: string;
  clientId?: string;
  /** null in answers; null or absent keeps what an otherwise same entry had */
  clientSecret?: string | null;
  scope?: string;
  audience?: string;
  authMethod?: "client_secret_basic" | "client_secret_post";
}

/** Which are delivered, and which were lost before: their lease had ended. */
export interface Acknowledged {
  acknowledged: string[];
  lost: string[];
}

export interface ApiKey {
  id: string;
  name: string;
  /** how the key begins */
  prefix: string;
  scopes: ScopesEnum[];
  allowedNetworks: string[];
  createdAt: string;
  expiresAt: string | null;
  /** to the minute */
  lastUsedAt: string | null;
  /** when it last came from an address that is not allowed */
  refusedAt: string | null;
  revokedAt: string | null;
  replacedById: string | null;
}

export interface ApiKeyChanges {
  name?: string;
  expiresAt?: string | null;
  /** addresses and networks from which it works; empty: from everywhere */
  allowedNetworks?: string[];
}

export interface Attempt {
  id: string;
  deliveryId: string;
  /** 1 is the first since creation or the last replay */
  number: number;
  startedAt: string;
  /** HTTP status of the answer */
  status: number | null;
  error: AttemptError | null;
  /** the IP address that was connected to */
  address: string | null;
  timings: Timings;
  /** the first bytes of the answer's body; null without the scope readContent */
  response: string | null;
}

export interface AttemptError {
  /** 5101 and up */
  code: number;
  /** the same for people who read code */
  word: string;
  detail: string;
}

export interface AuditEntry {
  id: string;
  at: string;
  /** null for the whole organisation's */
  environment: string | null;
  actorKind: ActorKind;
  actorId: string | null;
  /** noun.verb */
  action: string;
  targetId: string | null;
  before: AuditedFields | null;
  after: AuditedFields | null;
  /** of the request that did it */
  requestId: string | null;
  /** from which it was asked */
  address: string | null;
  /** whether it is of a sandbox */
  simulated: boolean;
}

export interface AuditedFields {
  name?: string;
  role?: string;
  user?: string;
  language?: string;
  time_zone?: string;
  scopes?: string[];
  allowedNetworks?: string[];
  expiresAt?: string | null;
  formerEndsAt?: string;
  successor?: string;
  fields?: string[];
  left?: number;
  proofs?: string;
  issuer?: string;
  clientId?: string;
  clientSecret?: string;
  domains?: string[];
  joinRole?: string;
  enforced?: boolean;
  trustsSecondFactor?: boolean;
  result?: string;
  reason?: string;
  reads_allowed?: number | null;
  writes_allowed?: number | null;
  messages_allowed?: number | null;
  content_kept_days?: number | null;
  attempts_kept_days?: number | null;
  carrier?: string;
  credentials?: string[];
  number?: string;
  label?: string;
  channel?: string | null;
  channelRef?: string;
  owned?: boolean;
  country?: string;
  category?: string;
  region?: string;
  status?: string;
  monthlyVolume?: number;
  request?: string;
  contentType?: string;
  size?: number;
  created?: number;
  updated?: number;
  position?: number;
  version?: number;
  moved?: number;
  deleted?: number;
  conditions?: AuditedFieldsConditions[];
  action?: string;
  routingTag?: string;
  endpointIds?: string[];
  kind?: string;
  url?: string | null;
  description?: string;
  is_default?: boolean;
  policy?: AuditedFieldsPolicy;
  access?: AuditedFieldsAccess | null;
  signs_with?: string;
  payload?: string;
  template?: AuditedFieldsTemplate;
  ack_within_s?: number;
  events?: string[];
  failover?: string | null;
  disabled?: boolean;
  because?: string;
  warning?: number;
  overlapSeconds?: number;
  pattern?: string;
  good?: boolean | null;
  tampered?: boolean | null;
  stale?: boolean | null;
  duplicate?: boolean | null;
  state?: string;
  filter?: AuditedFieldsFilter;
  planned?: number;
  queued?: number;
  notSent?: Record<string, number>;
  behaviour?: AuditedFieldsBehaviour;
  now?: string;
  requests?: number;
  texts?: number;
  scenario?: string;
  messages?: number;
  code?: string;
  field?: string;
  ids?: string[];
  messageIds?: string[];
  form?: string;
  organisation?: string;
  seen?: string;
  actor?: string;
  target?: string;
  request_id?: string;
  address?: string;
  since?: string;
  until?: string;
}

export interface AuditedFieldsAccess {
  headers?: AuditedFieldsAccessHeaders[];
  basic?: AuditedFieldsAccessBasic;
  bearer?: AuditedFieldsAccessBearer;
  oauth2?: AuditedFieldsAccessOauth2;
  clientCertificate?: AuditedFieldsAccessClientCertificate;
  /** PEM; issuers to trust instead of the public ones */
  caCertificate?: string;
}

export interface AuditedFieldsAccessBasic {
  username?: string;
  /** null in answers; null or absent keeps what an otherwise same entry had */
  password?: string | null;
}

export interface AuditedFieldsAccessBearer {
  /** null in answers; null or absent keeps what an otherwise same entry had */
  token?: string | null;
}

export interface AuditedFieldsAccessClientCertificate {
  /** PEM, the client's own first */
  certificate?: string;
  /** null in answers; null or absent keeps what an otherwise same entry had */
  key?: string | null;
}

export interface AuditedFieldsAccessHeaders {
  name?: string;
  /** null in answers; null or absent keeps what an otherwise same entry had */
  value?: string | null;
  secret?: boolean;
}

export interface AuditedFieldsAccessOauth2 {
  tokenUrl?: string;
  clientId?: string;
  /** null in answers; null or absent keeps what an otherwise same entry had */
  clientSecret?: string | null;
  scope?: string;
  audience?: string;
  authMethod?: "client_secret_basic" | "client_secret_post";
}

export interface AuditedFieldsBehaviour {
  /** of the answer */
  status?: number;
  /** instead of a status */
  redirect?: 301 | 302 | 303 | 307 | 308;
  /** seconds, in the header Retry-After */
  retryAfter?: number;
  /** answer 410, which disables an endpoint */
  gone?: boolean;
  /** answer `webhook-delivery: abort-message`, which ends the tries of that event */
  abort?: boolean;
  body?: string;
  /** so long a body */
  bodyBytes?: number;
  /** before the answer */
  delayMs?: number;
  /** answer a byte a second */
  drip?: boolean;
  /** reset the connection instead of an answer, or break off in the middle of it */
  disconnect?: "reset" | "half";
  /** only so many tries of each event fail */
  failFirst?: number;
  /** only so many in a hundred requests fail, by chance */
  failRate?: number;
  /** of that chance: the same seed fails the same requests */
  seed?: number;
}

export interface AuditedFieldsConditions {
  field?: "numberUsed" | "senderId" | "senderCountry" | "firstWord" | "content";
  operator?: "equals" | "startsWith" | "contains" | "matches" | "in";
  value?: string | string[];
}

export interface AuditedFieldsFilter {
  since?: string;
  until?: string;
  endpoint?: string;
  state?: string;
  errorCode?: 5101 | 5102 | 5103 | 5104 | 5105 | 5106 | 5107 | 5108 | 5109 | 5110 | 5111 | 5112 | 5113 | 5114 | 5115 | 5116 | 5117 | 5118 | 5199;
  number?: string;
  routes?: string[];
  unrouted?: boolean;
}

export interface AuditedFieldsPolicy {
  retry?: AuditedFieldsPolicyRetry | AuditedFieldsPolicyRetry2;
  /** for one try, answer included */
  deadlineSeconds?: number;
  /** from the text's arrival; later it is worthless */
  deliverWithinSeconds?: number;
  onFailure?: AuditedFieldsPolicyOnFailure;
  /** requests at once */
  maxInFlight?: number;
  /** requests a second */
  ratePerSecond?: number;
  drain?: AuditedFieldsPolicyDrain;
  /** texts of one sender come one after another */
  ordered?: AuditedFieldsPolicyOrdered;
}

export interface AuditedFieldsPolicyDrain {
  /** of what piled up; 100 unless chosen */
  ratePerSecond?: number;
  newestFirst?: boolean;
}

export interface AuditedFieldsPolicyOnFailure {
  dns?: "retry" | "slow" | "stop";
  connect?: "retry" | "slow" | "stop";
  tls?: "retry" | "slow" | "stop";
  token?: "retry" | "slow" | "stop";
  timeout?: "retry" | "slow" | "stop";
  "3xx"?: "retry" | "slow" | "stop";
  "4xx"?: "retry" | "slow" | "stop";
  "410"?: "retry" | "slow" | "stop" | "disable";
  "429"?: "retry" | "slow" | "stop";
  "5xx"?: "retry" | "slow" | "stop";
}

export interface AuditedFieldsPolicyOrdered {
  /** how long a text waits at most for earlier ones of its sender; 600 unless chosen */
  waitSeconds?: number;
}

export interface AuditedFieldsPolicyRetry {
  /** the pause before each try after the first */
  delaysSeconds?: number[];
}

export interface AuditedFieldsPolicyRetry2 {
  firstSeconds?: number;
  factor?: number;
  longestSeconds?: number;
  tries?: number;
}

export interface AuditedFieldsTemplate {
  method?: string | null;
  contentType?: string | null;
}

export interface AvailableNumber {
  number: string;
  /** ISO 3166-1 alpha-2 */
  country: string | null;
  category: NumberCategory;
  region: string | null;
  capabilities: NumberCapability[];
  monthlyPrice: Money | null;
}

/** The first requests, oldest first; fewer than asked for where the time was up. */
export interface Awaited {
  data: ReceivedRequest[];
  /** whether as many came as were waited for */
  complete: boolean;
}

/** The same receiver where a careful client breaks off the TLS handshake. */
export interface BadTls {
  expired: string;
  selfSigned: string;
  wrongHost: string;
}

export interface BareDelivery {
  id: string;
  messageId: string | null;
  /** null for a text */
  eventId: string | null;
  endpointId: string;
  /** the endpoint for which this one stood in */
  divertedFrom: string | null;
  eventType: string;
  state: DeliveryState;
  /** it failed for good and needs a person */
  flagged: boolean;
  dueAt: string | null;
  /** since creation or the last replay */
  attemptsMade: number;
  /** of the last attempt */
  errorCode: number | null;
  /** why it waits or was given up */
  reason: string | null;
  /** the same in a sentence */
  reasonDetail: string | null;
  replays: number;
  createdAt: string;
  finishedAt: string | null;
}

export interface BareMessage {
  id: string;
  /** null once erased, and without the scope readContent */
  content: string | null;
  /** likewise */
  senderId: string | null;
  contentErasedAt: string | null;
  senderType: string;
  /** ISO 3166-1 alpha-2 */
  senderCountry: string | null;
  receivedAt: string;
  /** as the carrier says */
  sentAt: string | null;
  numberUsed: string;
  numberId: string;
  channelId: string;
  routingTag: string | null;
  routeId: string | null;
  routeName: string | null;
  routeVersion: number | null;
  /** each earlier route, and why it did not take the message */
  explanation: PassedRoute[];
  status: MessageStatus;
  encoding: string | null;
  segments: number | null;
  /** parts of it did not come in time */
  partial: boolean;
  /** links at the carrier; listed, never fetched; likewise */
  media: string[];
  /** null where the text tells none, in live, and without the scope readContent */
  code: Code | null;
  simulated: boolean;
  carrierMessageId: string | null;
}

export interface Behaviour {
  /** of the answer */
  status?: number;
  /** instead of a status */
  redirect?: 301 | 302 | 303 | 307 | 308;
  /** seconds, in the header Retry-After */
  retryAfter?: number;
  /** answer 410, which disables an endpoint */
  gone?: boolean;
  /** answer `webhook-delivery: abort-message`, which ends the tries of that event */
  abort?: boolean;
  body?: string;
  /** so long a body */
  bodyBytes?: number;
  /** before the answer */
  delayMs?: number;
  /** answer a byte a second */
  drip?: boolean;
  /** reset the connection instead of an answer, or break off in the middle of it */
  disconnect?: "reset" | "half";
  /** only so many tries of each event fail */
  failFirst?: number;
  /** only so many in a hundred requests fail, by chance */
  failRate?: number;
  /** of that chance: the same seed fails the same requests */
  seed?: number;
}

/** An endpoint as saved, with what its owner should know about the URL. */
export interface ChangedEndpoint {
  id: string;
  kind: EndpointKind;
  url: string | null;
  payload: PayloadEnum | null;
  template: Template | null;
  ackWithinSeconds: number | null;
  description: string;
  isDefault: boolean;
  signsWith: SignsWithEnum;
  policy: Policy;
  /** what is sent here besides texts */
  events: EventName[];
  failoverId: string | null;
  /** where its texts go now; null: to itself, or they wait for it */
  divertedTo?: string | null;
  /** when each try comes, in seconds after the first, where each one before fails at once */
  triesAfterSeconds: number[];
  /** without its secrets; null where it does not open */
  access: Access | null;
  /** of the client certificate */
  certificateExpiresAt: string | null;
  /** false where nothing is sent because the environment's destinations leave it out */
  destinationAllowed: boolean;
  disabled: boolean;
  /** person, failing, gone (it said 410) or asked */
  disabledBecause: string | null;
  health: Health;
  /** deliveries that are neither done nor failed */
  waiting?: number;
  /** when the oldest of these was made */
  oldestUndeliveredAt: string | null;
  /** its age; 0 where nothing waits */
  oldestUndeliveredSeconds: number;
  createdAt: string;
  warnings: string[];
}

export interface Channel {
  id: string;
  carrier: string;
  name: string;
  /** where the carrier sends texts; null where we connect to the carrier (smpp) */
  ingestUrl: string | null;
  /** how the connection to the carrier stands, of several sessions the best; null for other carriers, and before the first try */
  line: Line | null;
  /** names of the credentials, never their values */
  credentialsSet: string[];
  /** whether numbers can be bought through it: its carrier sells them and has the credentials for it */
  sellsNumbers: boolean;
  createdAt: string;
}

export interface ChannelChanges {
  name?: string;
  /** replaces all of them */
  credentials?: Record<string, string | number>;
}

/** What came of the four requests, in the order in which they were sent. */
export interface Check {
  /** all four were */
  right: boolean;
  findings: Finding[];
}

export interface Clock {
  /** what the sandbox's clock shows */
  now: string;
  /** of the real time, as an ISO 8601 duration */
  aheadBy: string;
  /** ready: all that became due by now is done */
  status: ClockStatus;
}

/** The one-time code that a text tells, as far as can be known. */
export interface Code {
  /** what is to be typed, without spaces and dashes */
  value: string;
  /** how it was known */
  pattern: CodePattern;
  confidence: number;
  /** the site that the text binds it to, if any */
  host: string | null;
}

/** All conditions of a route must hold. */
export interface Condition {
  field: ConditionField;
  operator: OperatorEnum;
  value: string | string[];
}

/** The scenario to take along, ready to be pasted. */
export interface Copies {
  curl: string;
  pytest: string;
  playwright: string;
}

/** The only answer that shows the key itself. */
export interface CreatedApiKey {
  id: string;
  name: string;
  /** how the key begins */
  prefix: string;
  scopes: ScopesEnum[];
  allowedNetworks: string[];
  createdAt: string;
  expiresAt: string | null;
  /** to the minute */
  lastUsedAt: string | null;
  /** when it last came from an address that is not allowed */
  refusedAt: string | null;
  revokedAt: string | null;
  replacedById: string | null;
  /** shown this once */
  key: string;
}

/** A new endpoint with its signing secret, which is shown this once; null where nothing is sent. */
export interface CreatedEndpoint {
  id: string;
  kind: EndpointKind;
  url: string | null;
  payload: PayloadEnum | null;
  template: Template | null;
  ackWithinSeconds: number | null;
  description: string;
  isDefault: boolean;
  signsWith: SignsWithEnum;
  policy: Policy;
  /** what is sent here besides texts */
  events: EventName[];
  failoverId: string | null;
  /** where its texts go now; null: to itself, or they wait for it */
  divertedTo?: string | null;
  /** when each try comes, in seconds after the first, where each one before fails at once */
  triesAfterSeconds: number[];
  /** without its secrets; null where it does not open */
  access: Access | null;
  /** of the client certificate */
  certificateExpiresAt: string | null;
  /** false where nothing is sent because the environment's destinations leave it out */
  destinationAllowed: boolean;
  disabled: boolean;
  /** person, failing, gone (it said 410) or asked */
  disabledBecause: string | null;
  health: Health;
  /** deliveries that are neither done nor failed */
  waiting?: number;
  /** when the oldest of these was made */
  oldestUndeliveredAt: string | null;
  /** its age; 0 where nothing waits */
  oldestUndeliveredSeconds: number;
  createdAt: string;
  warnings: string[];
  /** whsec_…, for any Standard Webhooks library; with v1a the public key, whpk_… */
  secret: string | null;
}

/** The only answer that shows the secret. */
export interface CreatedOAuthClient {
  /** the client_id */
  id: string;
  name: string;
  scopes: ScopesEnum[];
  allowedNetworks: string[];
  createdAt: string;
  /** until then the secret before works as well */
  formerSecretEndsAt: string | null;
  /** when it last fetched a token */
  lastUsedAt: string | null;
  revokedAt: string | null;
  /** shown this once */
  clientSecret: string;
}

/** The only answer that shows its first key. */
export interface CreatedSandbox {
  id: string;
  name: string;
  createdAt: string;
  /** whether the caller belongs to it */
  current: boolean;
  /** emptying: a reset is under way */
  status: SandboxStatus;
  apiKey: CreatedApiKey;
}

export interface Delivery {
  id: string;
  messageId: string | null;
  /** null for a text */
  eventId: string | null;
  endpointId: string;
  /** the endpoint for which this one stood in */
  divertedFrom: string | null;
  eventType: string;
  state: DeliveryState;
  /** it failed for good and needs a person */
  flagged: boolean;
  dueAt: string | null;
  /** since creation or the last replay */
  attemptsMade: number;
  /** of the last attempt */
  errorCode: number | null;
  /** why it waits or was given up */
  reason: string | null;
  /** the same in a sentence */
  reasonDetail: string | null;
  replays: number;
  createdAt: string;
  finishedAt: string | null;
  message?: BareMessage | null;
  endpoint?: Endpoint;
  attempts?: Attempt[];
}

export interface Destination {
  id: string;
  pattern: string;
  createdAt: string;
}

export interface Endpoint {
  id: string;
  kind: EndpointKind;
  url: string | null;
  payload: PayloadEnum | null;
  template: Template | null;
  ackWithinSeconds: number | null;
  description: string;
  isDefault: boolean;
  signsWith: SignsWithEnum;
  policy: Policy;
  /** what is sent here besides texts */
  events: EventName[];
  failoverId: string | null;
  /** where its texts go now; null: to itself, or they wait for it */
  divertedTo?: string | null;
  /** when each try comes, in seconds after the first, where each one before fails at once */
  triesAfterSeconds: number[];
  /** without its secrets; null where it does not open */
  access: Access | null;
  /** of the client certificate */
  certificateExpiresAt: string | null;
  /** false where nothing is sent because the environment's destinations leave it out */
  destinationAllowed: boolean;
  disabled: boolean;
  /** person, failing, gone (it said 410) or asked */
  disabledBecause: string | null;
  health: Health;
  /** deliveries that are neither done nor failed */
  waiting?: number;
  /** when the oldest of these was made */
  oldestUndeliveredAt: string | null;
  /** its age; 0 where nothing waits */
  oldestUndeliveredSeconds: number;
  createdAt: string;
}

/** The fields that one kind has and another has not. */
export interface EndpointChanges {
  /** of a webhook or callback */
  url?: string;
  /** of a webhook */
  payload?: PayloadEnum;
  /** of a callback; replaces the whole template */
  template?: Template;
  /** of a polling endpoint */
  ackWithinSeconds?: number;
  /** of a webhook: events that are sent here too, see GET /v1/event-types */
  events?: string[];
  description?: string;
  isDefault?: boolean;
  /** replaces the whole policy; of a polling endpoint retry.tries and deliverWithinSeconds only */
  policy?: Policy;
  /** of a webhook or callback: stands in while this one is left alone, and when we disabled it */
  failoverId?: string | null;
  /** replaces all of it */
  access?: Access;
  /** true holds what waits; false lets it go */
  disabled?: boolean;
}

export interface EndpointDisabledData {
  endpointId: string;
  simulated: boolean;
  because: "person" | "failing" | "gone" | "asked";
  divertedTo: string | null;
}

export interface EndpointEnabledData {
  endpointId: string;
  simulated: boolean;
}

export interface EndpointRecoveredData {
  endpointId: string;
  simulated: boolean;
  failingSince: string;
}

export interface EndpointSecretRotatedData {
  endpointId: string;
  simulated: boolean;
  secretId: string;
  overlapSeconds: number;
}

export interface EndpointWarnedData {
  endpointId: string;
  simulated: boolean;
  warning: number;
  divertedTo: string | null;
}

export interface Event {
  id: string;
  type: EventName;
  timestamp: string;
  /** as the type's schema says; ids only */
  data: MessageDeliveredData | MessageFailedData | MessageExpiredData | EndpointWarnedData | EndpointDisabledData | EndpointEnabledData | EndpointRecoveredData | EndpointSecretRotatedData | IssueOpenedData | IssueResolvedData | QuotaWarnedData | QuotaExceededData;
}

export interface EventConstant {
  const: string;
}

/** The text, as webhooks have it. */
export interface EventData {
  id: string;
  content: string;
  senderId: string;
  receivedAt: string;
  numberUsed: string;
  routingTag: string | null;
  senderType: string;
  senderCountry: string | null;
  sentAt: string | null;
  encoding: string | null;
  segments: number | null;
  partial: boolean;
  media: string[];
  /** in a sandbox, where the text tells one */
  code: Code | null;
  simulated: boolean;
}

export interface EventDataSchema {
  type: string;
  required: string[];
  properties: Record<string, EventField>;
}

export interface EventExample {
  type: string;
  timestamp: string;
  data: MessageReceivedData | MessageDeliveredData | MessageFailedData | MessageExpiredData | EndpointWarnedData | EndpointDisabledData | EndpointEnabledData | EndpointRecoveredData | EndpointSecretRotatedData | IssueOpenedData | IssueResolvedData | QuotaWarnedData | QuotaExceededData;
}

export interface EventField {
  type?: string | string[];
  pattern?: string;
  format?: string;
  enum?: (string | number)[];
  items?: EventItems;
  minimum?: number;
  maximum?: number;
  additionalProperties?: boolean;
  required?: string[];
  properties?: Record<string, EventFieldMember>;
  description?: string;
}

export interface EventFieldMember {
  type?: string | string[];
  enum?: string[];
  minimum?: number;
  maximum?: number;
}

export interface EventItems {
  type: string;
}

export interface EventMembers {
  type: EventConstant;
  timestamp: EventTime;
  data: EventDataSchema;
}

export interface EventSchema {
  type: string;
  required: string[];
  properties: EventMembers;
}

export interface EventTime {
  type: string;
  format: string;
}

export interface EventType {
  type: string;
  description: string;
  /** false for texts, which routes send */
  subscribable: boolean;
  /** JSON schema of the body */
  schema: EventSchema;
  example: EventExample;
}

/** All of them; there is no second page. */
export interface EventTypes {
  data: EventType[];
}

/** Something that has to come of a text. */
export interface Expectation {
  /** which of the scenario's texts, from 1 */
  text: number;
  about: AboutEnum;
  expected: string;
  seen: string | null;
  /** null while it may still come true */
  passed: boolean | null;
}

/** The first condition of a route that did not hold. Of senders no value is kept. */
export interface FailedCondition {
  field: string;
  operator: string;
  value: string | string[];
  /** how many there are, where not all are shown */
  values?: number;
}

export interface Finding {
  request: RequestEnum;
  description: string;
  /** of the answer */
  status: number | null;
  /** why there was no answer */
  error: string | null;
  milliseconds: number;
  /** null where no answer came */
  right: boolean | null;
  /** the same in a sentence */
  verdict: string;
}

/** One header of a request. */
export interface Header {
  name: string;
  value: string;
}

/** How it fares since its last success. */
export interface Health {
  state: HealthStateEnum;
  /** the same in a sentence */
  detail: string;
  failingSince: string | null;
  /** in a row */
  failures: number;
  /** while it is left alone: when one delivery is tried */
  nextProbeAt: string | null;
  /** of four; then it is disabled */
  warnings: number;
}

export interface IdentityProvider {
  id: string;
  issuer: string;
  clientId: string;
  domains: string[];
  joinRole: RoleEnum | null;
  enforced: boolean;
  trustsSecondFactor: boolean;
  /** to register at the provider */
  redirectUri: string;
  /** where your people begin */
  signInUrl: string;
  createdAt: string;
}

export interface IdentityProviderChanges {
  /** as the provider writes it, to the last slash */
  issuer?: string;
  clientId?: string;
  clientSecret?: string;
  /** of the e-mail addresses that may come in */
  domains?: string[];
  /** of whoever the provider signs in and nobody invited; null: they stay out */
  joinRole?: RoleEnum | null;
  /** members come in no other way, but owners may */
  enforced?: boolean;
  /** the provider asks everybody for a second factor, though it does not say so */
  trustsSecondFactor?: boolean;
}

/** Whether the provider answered what each sign-in asks of it, but for the person. */
export interface IdentityProviderCheck {
  right: boolean;
  /** what is wrong, as a word */
  code: string | null;
  /** and as a sentence */
  detail: string | null;
}

export interface ImportedRoute {
  /** of the route that this is; left out, it is a new one */
  id?: string;
  name: string;
  conditions?: Condition[];
  action?: RouteAction;
  endpointIds?: string[];
  routingTag?: string;
}

export interface Invitation {
  id: string;
  email: string;
  role: RoleEnum;
  createdAt: string;
  expiresAt: string;
  acceptedAt: string | null;
  withdrawnAt: string | null;
}

export interface Issue {
  id: string;
  endpointId: string;
  errorCode: number;
  /** in a sentence */
  cause: string;
  /** what to do, in a sentence */
  remedy: string;
  /** a page about this code, for people */
  documentedAt: string;
  state: IssueState;
  /** failed tries so far */
  count: number;
  firstSeenAt: string;
  lastSeenAt: string;
  /** the last time */
  openedAt: string;
  resolvedAt: string | null;
  lastDeliveryId: string;
}

export interface IssueChanges {
  /** a resolved one opens by itself when the endpoint fails so again */
  state: IssueState;
}

export interface IssueOpenedData {
  issueId: string;
  endpointId: string;
  simulated: boolean;
  /** http://127.0.0.1:8000/docs/errors/<code> says what it means */
  errorCode: 5101 | 5102 | 5103 | 5104 | 5105 | 5106 | 5107 | 5108 | 5109 | 5110 | 5111 | 5112 | 5113 | 5114 | 5115 | 5116 | 5117 | 5118 | 5199;
}

export interface IssueResolvedData {
  issueId: string;
  endpointId: string;
  simulated: boolean;
  /** http://127.0.0.1:8000/docs/errors/<code> says what it means */
  errorCode: 5101 | 5102 | 5103 | 5104 | 5105 | 5106 | 5107 | 5108 | 5109 | 5110 | 5111 | 5112 | 5113 | 5114 | 5115 | 5116 | 5117 | 5118 | 5199;
  because: "recovered" | "person";
}

export interface Item {
  deliveryId: string;
  /** how often it was offered, this time included */
  attempt: number;
  /** what a webhook's body would be */
  payload: ReceivedText;
}

/** The most that may be chosen. */
export interface Limits {
  contentDays: number;
  attemptsDays: number;
}

export interface Line {
  state: LineState;
  /** unresolved, forbiddenAddress, unreachable, tlsFailed, silent, lost, unbound, bindFailed, wrongPassword, wrongSystemId, alreadyBound, nonsense, unsealable */
  reason: string | null;
  since: string;
}

export interface Member {
  id: string;
  userId: string;
  email: string;
  name: string;
  role: RoleEnum;
}

export interface MemberChanges {
  /** none that may do more than the key */
  role: RoleEnum;
}

export interface Message {
  id: string;
  /** null once erased, and without the scope readContent */
  content: string | null;
  /** likewise */
  senderId: string | null;
  contentErasedAt: string | null;
  senderType: string;
  /** ISO 3166-1 alpha-2 */
  senderCountry: string | null;
  receivedAt: string;
  /** as the carrier says */
  sentAt: string | null;
  numberUsed: string;
  numberId: string;
  channelId: string;
  routingTag: string | null;
  routeId: string | null;
  routeName: string | null;
  routeVersion: number | null;
  /** each earlier route, and why it did not take the message */
  explanation: PassedRoute[];
  status: MessageStatus;
  encoding: string | null;
  segments: number | null;
  /** parts of it did not come in time */
  partial: boolean;
  /** links at the carrier; listed, never fetched; likewise */
  media: string[];
  /** null where the text tells none, in live, and without the scope readContent */
  code: Code | null;
  simulated: boolean;
  carrierMessageId: string | null;
  deliveries?: BareDelivery[];
  route?: Route | null;
  number?: Number | null;
}

export interface MessageDeliveredData {
  messageId: string;
  deliveryId: string;
  endpointId: string;
  simulated: boolean;
}

export interface MessageExpiredData {
  messageId: string;
  deliveryId: string;
  endpointId: string;
  simulated: boolean;
  /** http://127.0.0.1:8000/docs/errors/<code> says what it means */
  errorCode: 5101 | 5102 | 5103 | 5104 | 5105 | 5106 | 5107 | 5108 | 5109 | 5110 | 5111 | 5112 | 5113 | 5114 | 5115 | 5116 | 5117 | 5118 | 5199;
  reason: "ladder" | "slow" | "retryAfter" | "busy" | "circuit" | "rate" | "drain" | "order" | "ours" | "queued" | "triesUsed" | "stopped" | "expired" | "aborted" | "gone";
}

export interface MessageFailedData {
  messageId: string;
  deliveryId: string;
  endpointId: string;
  simulated: boolean;
  /** http://127.0.0.1:8000/docs/errors/<code> says what it means */
  errorCode: 5101 | 5102 | 5103 | 5104 | 5105 | 5106 | 5107 | 5108 | 5109 | 5110 | 5111 | 5112 | 5113 | 5114 | 5115 | 5116 | 5117 | 5118 | 5199;
  reason: "ladder" | "slow" | "retryAfter" | "busy" | "circuit" | "rate" | "drain" | "order" | "ours" | "queued" | "triesUsed" | "stopped" | "expired" | "aborted" | "gone";
}

export interface MessageReceivedData {
  id: string;
  content: string;
  senderId: string;
  receivedAt: string;
  numberUsed: string;
  routingTag: string | null;
  senderType: string;
  senderCountry: string | null;
  sentAt: string | null;
  encoding: string | null;
  segments: number | null;
  partial: boolean;
  media: string[];
  /** null in live, and where the text tells none */
  code: MessageReceivedDataCode | null;
  simulated: boolean;
}

export interface MessageReceivedDataCode {
  value: string;
  pattern: "origin_bound" | "android_hash" | "prefixed" | "keyword" | "context";
  confidence: number;
  host: string | null;
}

/** An amount of money. */
export interface Money {
  /** in the currency's minor unit: 150 is 1.50 */
  amount: number;
  /** ISO 4217 */
  currency: string;
}

export interface NewApiKey {
  name: string;
  scopes: ScopesEnum[];
  expiresAt?: string | null;
  /** addresses and networks from which it works; empty: from everywhere */
  allowedNetworks?: string[];
}

export interface NewChannel {
  /** aws, bandwidth, bird, clickatell, generic, highconnection, infobip, messagebird, ovh, plivo, sandbox, sinch, smpp, telnyx, twilio, vonage, vonage-messages */
  carrier: string;
  name?: string;
  /** aws: topicArn, signatureVersion, signingCertificate; bandwidth: username, password, allowedNetworks; bird: signingKey, channelNumber; clickatell: username, password, allowedNetworks; generic: secret, allowedNetworks, token, tokenHeader, tokenParameter, hmacSecret, hmacHeader, hmacEncoding, hmacPrefix, username, password, bodyKind, charset, charsetField, listField, fromField, toField, textField, idField, sentAtField, mediaField, partReferenceField, partTotalField, partNumberField, sentAtFormat, sentAtZone, defaultCountry, answerStatus, answerBody, answerType; highconnection: username, password, allowedNetworks; infobip: username, password, allowedNetworks; messagebird: signingKey; ovh: applicationKey, applicationSecret, consumerKey, serviceName; plivo: authToken, signatureVersion; sandbox: secret; sinch: webhookSecret, username, password, allowedNetworks; smpp: host, port, systemId, password, bind, sessions, systemType, addressRange, addressTon, addressNpi, tls, tlsName, caCertificate, defaultAlphabet, ia5Alphabet, defaultCountry, enquireLinkS; telnyx: publicKey, apiKey, messagingProfileId; twilio: authToken, sharedKeyId, sharedKey, accountSid, addressSid, bundleSid; vonage: signatureSecret, signatureMethod, username, password, allowedNetworks, apiKey, apiSecret; vonage-messages: signatureSecret */
  credentials?: Record<string, string | number>;
}

export interface NewDestination {
  /** api.example.com, *.example.com or 192.0.2.0/24 */
  pattern: string;
}

/** The fields that one kind has and another has not. */
export interface NewEndpoint {
  /** of a webhook or callback */
  url?: string;
  /** of a webhook */
  payload?: PayloadEnum;
  /** of a callback; replaces the whole template */
  template?: Template;
  /** of a polling endpoint */
  ackWithinSeconds?: number;
  /** of a webhook: events that are sent here too, see GET /v1/event-types */
  events?: string[];
  kind: EndpointKind;
  description?: string;
  /** takes what no route takes */
  isDefault?: boolean;
  signsWith?: SignsWithEnum;
  /** of a polling endpoint retry.tries and deliverWithinSeconds only */
  policy?: Policy;
  access?: Access;
}

export interface NewIdentityProvider {
  /** as the provider writes it, to the last slash */
  issuer: string;
  clientId: string;
  /** kept sealed, never shown */
  clientSecret: string;
  /** of the e-mail addresses that may come in */
  domains: string[];
  /** of whoever the provider signs in and nobody invited; null: they stay out */
  joinRole?: RoleEnum | null;
  /** members come in no other way, but owners may */
  enforced?: boolean;
  /** the provider asks everybody for a second factor, though it does not say so */
  trustsSecondFactor?: boolean;
}

export interface NewInvitation {
  email: string;
  /** none that may do more than the key */
  role: RoleEnum;
}

export interface NewNumber {
  /** E.164, or a short code as dialled */
  number: string;
  /** left out where a number of the pool comes back */
  channelId?: string;
  /** for whoever approves it, in live */
  purpose?: string;
  monthlyVolume?: number;
  label?: string;
}

export interface NewNumberDocument {
  name: string;
  contentType: NumberDocumentType;
  /** 5 MB at most */
  content: string;
}

export interface NewNumberLease {
  /** seconds, in real time whatever the sandbox's clock shows */
  ttl?: number;
}

export interface NewNumberRequest {
  /** one of those available; or else what it should be like: */
  number?: string;
  /** ISO 3166-1 alpha-2 */
  country?: string;
  category?: NumberCategory;
  /** as in ile-de-france */
  region?: string;
  /** in a sandbox: which brings the texts, if it has several */
  channelId?: string;
  /** what it is for; required in live */
  purpose?: string;
  /** texts expected a month; required in live */
  monthlyVolume?: number;
  label?: string;
}

export interface NewOAuthClient {
  name: string;
  scopes: ScopesEnum[];
  /** addresses and networks from which it works; empty: from everywhere */
  allowedNetworks?: string[];
}

export interface NewPurchase {
  /** E.164, as the carrier offers it */
  number: string;
  label?: string;
}

export interface NewReceiver {
  name?: string;
  behaviour?: Behaviour;
}

export interface NewReplay {
  kind: ReplayKind;
  filter: ReplayFilter;
}

export interface NewRoute {
  name: string;
  /** 1 is asked first; those from there on move back by one */
  position?: number;
  conditions?: Condition[];
  action?: RouteAction;
  endpointIds?: string[];
  routingTag?: string;
}

export interface NewRun {
  /** a number that the sandbox holds; without it, the one that it has held longest */
  numberUsed?: string;
  /** who writes, instead of the scenario's own senders */
  senderId?: string;
}

export interface NewRuns {
  /** a number that the sandbox holds; without it, the one that it has held longest */
  numberUsed?: string;
  /** who writes, instead of the scenario's own senders */
  senderId?: string;
  /** their names; all without it */
  scenarios?: string[];
}

export interface NewSandbox {
  name: string;
  /** what its first key may do; without them, all that the caller may */
  scopes?: ScopesEnum[];
}

/** A new secret, shown this once. */
export interface NewSecret {
  id: string;
  createdAt: string;
  expiresAt: string | null;
  /** whsec_…, or the public key, whpk_… */
  secret: string;
}

export interface NewSimulation {
  /** a number that the sandbox holds */
  numberUsed: string;
  /** any: a number, a short code, a name; those from +33639989001 to +33639989006 make us misbehave */
  senderId: string;
  content: string;
  /** in whose dialect: twilio, vonage, vonage-messages, telnyx, plivo, sinch, messagebird, bird, aws, infobip, bandwidth, clickatell, highconnection, ovh, generic, sandbox, smpp. Without it, that of the number's own channel */
  carrier?: string;
  /** the parts of a long text in the order in which they come: one that is missing is lost, one that is named twice comes twice. Only where the carrier does not join them itself (vonage, smpp) */
  parts?: SentPart[];
  /** what the carrier says, by the sandbox's clock */
  sentAt?: string;
  /** by how much the carrier's clock is ahead */
  skewSeconds?: number;
  /** how many such texts */
  count?: number;
  /** all at once without it */
  ratePerSecond?: number;
  /** by the sandbox's clock */
  delaySeconds?: number;
  /** how often the same comes again */
  repeats?: number;
  /** instead of a new one */
  carrierMessageId?: string;
}

/** One of the two; both lead ahead. */
export interface NewTime {
  /** such as PT28H */
  advanceBy?: string;
  to?: string;
}

export interface Number {
  id: string;
  number: string;
  /** ISO 3166-1 alpha-2 */
  country: string | null;
  category: NumberCategory;
  region: string | null;
  capabilities: NumberCapability[];
  monthlyPrice: Money | null;
  /** null where the operator's pool brings the texts */
  channelId: string | null;
  label: string;
  /** since when it is held on this channel */
  startsAt: string;
}

export interface NumberChanges {
  channelId?: string;
  label?: string;
}

export interface NumberDocument {
  id: string;
  name: string;
  contentType: string;
  /** in bytes */
  size: number;
  createdAt: string;
}

/** A number that nobody else leases meanwhile. */
export interface NumberLease {
  id: string;
  number: string;
  numberId: string;
  /** in real time */
  expiresAt: string;
}

export interface NumberRequest {
  id: string;
  kind: NumberRequestKind;
  status: NumberRequestStatus;
  /** the one asked for; once approved, the one that it became */
  number: string | null;
  /** once approved */
  numberId: string | null;
  /** ISO 3166-1 alpha-2 */
  country: string | null;
  category: string | null;
  region: string | null;
  channelId: string | null;
  purpose: string;
  monthlyVolume: number | null;
  label: string;
  /** of whoever decided */
  note: string | null;
  documents: NumberDocument[];
  createdAt: string;
  decidedAt: string | null;
}

export interface OAuthClient {
  /** the client_id */
  id: string;
  name: string;
  scopes: ScopesEnum[];
  allowedNetworks: string[];
  createdAt: string;
  /** until then the secret before works as well */
  formerSecretEndsAt: string | null;
  /** when it last fetched a token */
  lastUsedAt: string | null;
  revokedAt: string | null;
}

export interface OAuthClientChanges {
  name?: string;
  /** addresses and networks from which it works; empty: from everywhere */
  allowedNetworks?: string[];
}

export interface Offer {
  number: string;
  /** ISO 3166-1 alpha-2 */
  country: string | null;
  category: NumberCategory;
  /** in the carrier's words */
  region: string | null;
  capabilities: NumberCapability[];
  /** what the carrier charges your account; null where it does not say */
  monthlyPrice: Money | null;
}

export interface OfferPage {
  data: Offer[];
  nextCursor: string | null;
  hasMore: boolean;
}

export interface Overlap {
  /** for how long the old one works beside the new one */
  overlapSeconds?: number;
}

export interface Part {
  reference: string;
  total: number;
  number: number;
}

/** A route that was asked and did not take the message; or how many more there were. */
export interface PassedRoute {
  routeId?: string;
  name?: string;
  failed?: FailedCondition;
  omitted?: number;
}

export interface PlannedFilter {
  since: string;
  until?: string;
  endpointId?: string;
  state?: ReplayableState;
  errorCode?: number;
  number?: string;
  everything?: boolean;
}

export interface Policy {
  retry?: PolicyRetry | PolicyRetry2;
  /** for one try, answer included */
  deadlineSeconds?: number;
  /** from the text's arrival; later it is worthless */
  deliverWithinSeconds?: number;
  onFailure?: PolicyOnFailure;
  /** requests at once */
  maxInFlight?: number;
  /** requests a second */
  ratePerSecond?: number;
  drain?: PolicyDrain;
  /** texts of one sender come one after another */
  ordered?: PolicyOrdered;
}

export interface PolicyDrain {
  /** of what piled up; 100 unless chosen */
  ratePerSecond?: number;
  newestFirst?: boolean;
}

export interface PolicyOnFailure {
  dns?: "retry" | "slow" | "stop";
  connect?: "retry" | "slow" | "stop";
  tls?: "retry" | "slow" | "stop";
  token?: "retry" | "slow" | "stop";
  timeout?: "retry" | "slow" | "stop";
  "3xx"?: "retry" | "slow" | "stop";
  "4xx"?: "retry" | "slow" | "stop";
  "410"?: "retry" | "slow" | "stop" | "disable";
  "429"?: "retry" | "slow" | "stop";
  "5xx"?: "retry" | "slow" | "stop";
}

export interface PolicyOrdered {
  /** how long a text waits at most for earlier ones of its sender; 600 unless chosen */
  waitSeconds?: number;
}

export interface PolicyRetry {
  /** the pause before each try after the first */
  delaysSeconds?: number[];
}

export interface PolicyRetry2 {
  firstSeconds?: number;
  factor?: number;
  longestSeconds?: number;
  tries?: number;
}

/** What the channel reads in a sample: texts, or what keeps it from reading them. */
export interface Preview {
  texts: ReadText[];
  unread: UnreadField[];
}

export interface PreviewRequest {
  /** of a callback, instead of the saved one */
  template?: Template;
  /** of a webhook, instead of the saved one */
  payload?: PayloadEnum;
}

export interface QuotaExceededData {
  messagesAMonth: number;
  received: number;
  simulated: boolean;
}

export interface QuotaWarnedData {
  messagesAMonth: number;
  received: number;
  simulated: boolean;
}

/** One text as it would be kept. */
export interface ReadText {
  /** what a repeat is known by */
  carrierMessageId: string | null;
  senderId: string;
  numberUsed: string;
  content: string;
  /** null where it is not there or cannot be read */
  sentAt: string | null;
  media: string[];
  part: Part | null;
}

export interface Receipt {
  messageId: string;
  status: MessageStatus;
  routeName: string | null;
  routingTag: string | null;
  /** from the carrier's own time stamp to us */
  carrierMilliseconds: number | null;
  /** from us to the last confirmation; null until every endpoint confirmed it */
  totalMilliseconds: number | null;
  steps: Step[];
}

/** A request; what it said is null for who may not read texts. */
export interface ReceivedRequest {
  id: string;
  /** in the order of arrival, from 1 on */
  number: number;
  receivedAt: string;
  method: string | null;
  /** with its query */
  path: string | null;
  headers: RequestHeader[] | null;
  body: string | null;
  webhookId: string | null;
  /** how many came before with the same webhook-id */
  repeat: number;
  /** as the request counts */
  attempt: number | null;
  /** by the secrets of the endpoints that lead here; stale: more than five minutes old */
  signature: SignatureEnum;
  /** whose secret signed it */
  endpointId: string | null;
  answeredStatus: number | null;
  /** what became of the answer */
  ending: EndingEnum;
}

export interface ReceivedText {
  /** message.received */
  type: string;
  timestamp: string;
  data: EventData;
}

export interface Receiver {
  id: string;
  name: string;
  /** for an endpoint of this sandbox; a query changes the behaviour for one request */
  url: string;
  badTlsUrls: BadTls;
  behaviour: Behaviour;
  /** requests since it was made or emptied */
  received: number;
  createdAt: string;
}

export interface ReceiverChanges {
  name?: string;
  /** replaces the whole behaviour */
  behaviour?: Behaviour;
}

/** Which are in the queue again, and which were not held under this lease any more. */
export interface Released {
  released: string[];
  lost: string[];
}

export interface Replay {
  id: string;
  kind: ReplayKind;
  filter: PlannedFilter;
  state: ReplayState;
  /** why it failed: endpointDisabled, endpointDeleted, or broken (by an error of ours) */
  because: string | null;
  /** how many it would touch, when it was planned; counted up to 100000 */
  planned: number;
  /** false where there are more than planned; with planned 0, counting took too long */
  plannedIsExact: boolean;
  /** how many it made due so far */
  queued: number;
  /** what became of these, by state */
  outcomes: Record<string, number>;
  /** once it is over: how many of those planned it did not make due, by why (endpointDisabled, endpointDeleted, changed, cancelled, broken); at least as many, where plannedIsExact is false */
  notSent: Record<string, number>;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
}

/** What is meant. With kind `recover` or `missing` an endpoint is named; `missing` takes no state and no code. */
export interface ReplayFilter {
  /** made, or for `missing` arrived, at that time or later */
  since: string;
  /** and before that */
  until?: string;
  endpointId?: string;
  /** failed unless you say otherwise */
  state?: ReplayableState;
  errorCode?: ErrorCodeEnum;
  /** that the texts came to */
  number?: string;
  /** for `missing`: also what routes sent elsewhere, or nowhere; with care */
  everything?: boolean;
}

/** One request: never its body, its query or the ids in its path. */
export interface Request {
  id: string;
  at: string;
  /** as its answer named it in Request-Id */
  requestId: string;
  method: string;
  /** with names in place of ids: /v1/messages/{message_id} */
  path: string;
  status: number;
  errorCode: number | null;
  durationMs: number;
  /** of the key or OAuth client that asked */
  actorId: string;
  /** from where it came */
  address: string | null;
}

/** One header as it came; of `Authorization` and cookies only the first word. */
export interface RequestHeader {
  name: string;
  value: string;
}

/** The request for an example text, as it would go out but for the signature's value. */
export interface RequestPreview {
  method: string;
  url: string;
  headers: Header[];
  body: string;
}

export interface Retention {
  /** what texts say, who sent them, and what endpoints answered */
  contentDays: number;
  /** attempts, and events with what was sent of them */
  attemptsDays: number;
  limits: Limits;
}

/** Null is as the operator says. */
export interface RetentionChanges {
  /** what texts say, who sent them, and what endpoints answered */
  contentDays?: number | null;
  /** attempts, and events with what was sent of them */
  attemptsDays?: number | null;
}

export interface Rotation {
  /** for how long those before go on signing beside the new one */
  overlapSeconds?: number;
}

export interface Route {
  id: string;
  name: string;
  position: number;
  conditions: ShownCondition[];
  action: RouteAction;
  endpointIds: string[];
  routingTag: string;
  /** grows with every change; messages remember it */
  version: number;
  createdAt: string;
}

export interface RouteChange {
  change: ChangeEnum;
  id: string;
  name: string;
  before: RouteEntry | null;
  after: RouteEntry | null;
}

export interface RouteChanges {
  name?: string;
  /** 1 is asked first; those from there on move back by one */
  position?: number;
  conditions?: Condition[];
  action?: RouteAction;
  endpointIds?: string[];
  routingTag?: string;
}

/** Routes to try against those in force; those in force against what became of the texts. */
export interface RouteComparison {
  looked: number;
  /** erased, or no longer to be opened */
  unreadable: number;
  /** that would go elsewhere */
  changed: number;
  taken: TakenByRoute[];
  /** the newest of the changed */
  examples: RouteTrialExample[];
}

/** Where a text would go, and why. */
export interface RouteDecision {
  /** null where no route, or a new one, takes it */
  routeId: string | null;
  routeName: string | null;
  /** deliver, drop, quarantine, keep: no route takes it, it waits to be read */
  action: string;
  routingTag: string | null;
  /** null where nobody knows any more */
  endpointIds: string[] | null;
  /** each earlier route, and why it did not take the text */
  explanation: PassedRoute[];
}

/** What changes, route by route; what is not named stays as it is. */
export interface RouteDifference {
  dryRun: boolean;
  changes: RouteChange[];
}

/** All routes, in the order in which they are asked; POST and PUT take it as it is. */
export interface RouteDocument {
  routes: RouteEntry[];
}

/** A route as a document has it. */
export interface RouteEntry {
  id: string;
  name: string;
  conditions: ShownCondition[];
  action: RouteAction;
  endpointIds: string[];
  routingTag: string;
}

export interface RouteFinding {
  /** JSON pointer into the body */
  pointer: string;
  code: string;
  detail: string;
}

export interface RouteImport {
  /** in the order in which they are asked */
  routes: ImportedRoute[];
}

/** Where a text goes. */
export interface RouteOutcome {
  /** null where no route, or a new one, takes it */
  routeId: string | null;
  routeName: string | null;
  /** deliver, drop, quarantine, keep: no route takes it, it waits to be read */
  action: string;
  routingTag: string | null;
  /** null where nobody knows any more */
  endpointIds: string[] | null;
}

/** What routes do: with one text (decision), with stored ones (comparison), or both. */
export interface RouteTrial {
  decision: RouteDecision | null;
  comparison: RouteComparison | null;
}

/** A text that would go elsewhere. */
export interface RouteTrialExample {
  messageId: string;
  before: RouteOutcome;
  after: RouteOutcome;
}

export interface RouteTrialRequest {
  /** to try; left out, those in force */
  routes?: ImportedRoute[];
  text?: SampleText;
  messageId?: string;
  /** so many texts, the newest */
  last?: number;
}

/** Whether an import would take the document. */
export interface RouteValidation {
  valid: boolean;
  errors: RouteFinding[];
  warnings: RouteFinding[];
}

export interface RouteVersion {
  id: string;
  number: number;
  createdAt: string;
  by: ActorKind;
  /** of the person, key or OAuth client */
  byId: string | null;
  /** of routes */
  count: number;
}

/** One run of a scenario, as it stands now. */
export interface Run {
  id: string;
  scenario: string;
  numberUsed: string;
  createdAt: string;
  state: RunState;
  /** when, by the sandbox's clock, what the run waits for is due: put the clock ahead to see it now */
  dueAt: string | null;
  finishedAt: string | null;
  expectations: Expectation[];
  /** of what came, the oldest first */
  messageIds: string[];
}

/** The runs that were begun, in the order of the scenarios. */
export interface Runs {
  data: Run[];
}

export interface Sample {
  method?: MethodEnum;
  /** without the question mark */
  query?: string;
  /** as the sender posts it */
  body?: string;
  /** to try instead of the channel's own; not kept */
  credentials?: Record<string, string | number>;
}

export interface SampleText {
  numberUsed: string;
  senderId: string;
  content: string;
}

export interface Sandbox {
  id: string;
  name: string;
  createdAt: string;
  /** whether the caller belongs to it */
  current: boolean;
  /** emptying: a reset is under way */
  status: SandboxStatus;
}

export interface SandboxChanges {
  name: string;
}

/** Something that happens to whoever receives texts. */
export interface Scenario {
  name: string;
  category: ScenarioCategory;
  title: string;
  description: string;
  texts: ScenarioText[];
  expectations: Expectation[];
  copies: Copies;
}

/** One part on its way. */
export interface ScenarioPart {
  number: number;
  delaySeconds: number;
}

/** One text as the simulator takes it. */
export interface ScenarioText {
  senderId: string;
  content: string;
  /** null: that of the number's own channel, or `sandbox` */
  carrier: string | null;
  parts: ScenarioPart[] | null;
  count: number;
  repeats: number;
  delaySeconds: number;
  skewSeconds: number;
}

/** A secret that signs; itself it is told when it is made and never again. */
export interface Secret {
  id: string;
  createdAt: string;
  expiresAt: string | null;
}

export interface SentPart {
  /** which part, from 1 */
  number: number;
  /** how much later than the text it comes */
  delaySeconds?: number;
}

export interface Settlement {
  lease: string;
  deliveryIds: string[];
}

/** A condition as whoever asks may see it. */
export interface ShownCondition {
  field: ConditionField;
  operator: OperatorEnum;
  /** null for senders without the scope readContent */
  value: string | string[] | null;
}

export interface SimulatedText {
  carrierMessageId: string;
  part: number | null;
  parts: number | null;
  dueAt: string;
  state: SimulatedTextStateEnum;
  /** the HTTP status of the last request; by smpp what its command_status comes to */
  answer: number | null;
  tries: number;
  /** null while, or because, it is no message */
  messageId: string | null;
}

/** What the simulator sends, one request of the carrier after the other. */
export interface Simulation {
  id: string;
  numberUsed: string;
  channelId: string;
  carrier: string;
  createdAt: string;
  /** of what has arrived so far, the oldest first */
  messageIds: string[];
  texts: SimulatedText[];
}

export interface Step {
  step: StepEnum;
  at: string;
  /** since we accepted it; negative before that */
  milliseconds: number | null;
  deliveryId?: string | null;
  endpointId?: string | null;
  /** of an attempt */
  number?: number | null;
  /** an attempt */
  tookMilliseconds: number | null;
  /** HTTP status of the answer */
  status?: number | null;
  errorCode?: number | null;
}

/** Texts that are nobody else's until leasedUntil; what is not acknowledged by then is offered again. */
export interface Taken {
  /** acknowledge with it; null where nothing waits */
  lease: string | null;
  leasedUntil: string | null;
  data: Item[];
}

/** How many of the texts a route takes; without id and name, none does. */
export interface TakenByRoute {
  routeId: string | null;
  routeName: string | null;
  count: number;
}

export interface Template {
  method?: "POST" | "PUT" | "PATCH" | "GET";
  /** goes behind the URL's own path */
  path?: string;
  /** parameters behind the URL's own query */
  query?: TemplateQuery[];
  /** beside those that every delivery has */
  headers?: TemplateHeaders[];
  contentType?: "application/json" | "application/x-www-form-urlencoded" | "application/xml" | "text/plain";
  /** with places such as {content} */
  body?: string;
  success?: TemplateSuccess;
}

export interface TemplateHeaders {
  name?: string;
  value?: string;
}

export interface TemplateQuery {
  name?: string;
  value?: string;
}

export interface TemplateSuccess {
  /** instead of any 2xx */
  statuses?: number[];
  /** what the answer's body must contain */
  contains?: string;
  /** JSON pointer (RFC 6901) to what must equal `equals` */
  pointer?: string;
  equals?: string | number | boolean | null;
}

/** Milliseconds from the start of the attempt to the end of each phase; null where it did not get there. */
export interface Timings {
  dns: number | null;
  connect: number | null;
  tls: number | null;
  firstByte: number | null;
  total: number | null;
}

export interface UnreadField {
  /** JSON pointer into the sample's body */
  pointer: string;
  detail: string;
}

/** A version with its routes. */
export interface WholeRouteVersion {
  id: string;
  number: number;
  createdAt: string;
  by: ActorKind;
  /** of the person, key or OAuth client */
  byId: string | null;
  /** of routes */
  count: number;
  routes: RouteEntry[];
}
