"""Every way in which the API refuses, as one literal table: a number, a word, a status and a title.

Numbers and words, once out, stay. What a try of a delivery may meet has numbers of its own, 51xx (delivery.retry).
docs/errors.md says of each what it means and what to do; `/docs/errors/<number>` shows that.

    10xx who asks · 11xx the request · 12xx repeating it · 13xx too much of it · 20xx people and programs
    21xx numbers · 22xx channels · 23xx sandboxes · 40xx routes · 52xx endpoints and deliveries · 90xx us
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Problem(NamedTuple):
    """One row."""

    number: int
    code: str
    status: int
    title: StrOrPromise


TABLE: tuple[Problem, ...] = (
    # Who asks
    Problem(1001, "not_authenticated", 401, _("No API key")),
    Problem(1002, "invalid_key", 401, _("No valid API key")),
    Problem(1003, "missing_scope", 403, _("The key lacks a scope")),
    Problem(1004, "beyond_you", 403, _("It may do more than you")),
    Problem(1005, "sandbox_only", 403, _("For sandboxes only")),
    # The request
    Problem(1101, "bad_request", 400, _("The request cannot be read")),
    Problem(1102, "invalid_json", 400, _("The body is not acceptable JSON")),
    Problem(1103, "body_incomplete", 400, _("The body broke off")),
    Problem(1104, "invalid_parameter", 400, _("A query parameter is wrong")),
    Problem(1105, "not_found", 404, _("Not found")),
    Problem(1106, "method_not_allowed", 405, _("Method not allowed")),
    Problem(1107, "length_required", 411, _("The length of the body is missing")),
    Problem(1108, "body_too_large", 413, _("The body is too large")),
    Problem(1109, "unsupported_media_type", 415, _("The body must be JSON")),
    Problem(1110, "invalid", 422, _("The request has wrong fields")),
    # Repeating it
    Problem(1201, "idempotency_key_missing", 400, _("The header Idempotency-Key is missing")),
    Problem(1202, "idempotency_key_malformed", 400, _("The Idempotency-Key is malformed")),
    Problem(1203, "idempotency_key_in_use", 409, _("The first request is still under way")),
    Problem(1204, "idempotency_key_reused", 422, _("The key was used for another request")),
    # Too much of it
    Problem(1301, "rate_limited", 429, _("Too many requests")),
    Problem(1302, "too_many_wrong_keys", 429, _("Too many wrong keys")),
    # People and programs
    Problem(2001, "account_exists", 409, _("There is an account")),
    Problem(2002, "already_invited", 409, _("Invited already")),
    Problem(2003, "already_member", 409, _("A member already")),
    Problem(2004, "already_replaced", 409, _("It has a successor already")),
    Problem(2005, "client_ended", 409, _("The client has ended")),
    Problem(2006, "invitation_over", 409, _("The invitation is over")),
    Problem(2007, "key_ended", 409, _("The key has ended")),
    Problem(2008, "last_owner", 409, _("The last owner")),
    Problem(2009, "mail_failed", 409, _("The mail was not sent")),
    Problem(2010, "member_gone", 409, _("No member any more")),
    Problem(2011, "too_many_invitations", 409, _("Too many invitations wait")),
    Problem(2012, "sso_exists", 409, _("There is an identity provider")),
    Problem(2013, "sso_gone", 409, _("The identity provider was removed")),
    Problem(2014, "address_taken", 409, _("The address cannot be used")),
    Problem(2015, "app_exists", 409, _("There is an authenticator app")),
    Problem(2016, "no_factor", 409, _("There is no second factor")),
    Problem(2017, "too_many_passkeys", 409, _("Too many passkeys")),
    # Numbers
    Problem(2101, "number_taken", 409, _("The number is not available")),
    Problem(2102, "number_held", 409, _("A tenant holds the number")),
    Problem(2103, "number_released", 409, _("The number was released")),
    Problem(2104, "number_of_the_pool", 409, _("A number of the pool")),
    Problem(2105, "number_requested", 409, _("The number is asked for already")),
    Problem(2106, "none_available", 409, _("No number that fits")),
    Problem(2107, "too_many_requests_wait", 409, _("Too many requests wait")),
    Problem(2108, "too_many_documents", 409, _("Too many documents")),
    Problem(2109, "request_decided", 409, _("The request is decided")),
    Problem(2110, "order_pending", 409, _("The carrier has not finished the order")),
    Problem(2111, "carrier_unreachable", 409, _("The carrier does not answer")),
    Problem(2112, "purchase_under_way", 409, _("The number is being bought")),
    Problem(2113, "purchase_unfinished", 409, _("The purchase is not finished")),
    Problem(2114, "no_stock", 409, _("The carrier does not sell the number")),
    Problem(2115, "needs_documents", 409, _("The carrier wants documents")),
    Problem(2116, "insufficient_funds", 409, _("Not enough money at the carrier")),
    Problem(2117, "refused_credentials", 409, _("The carrier refuses the credentials")),
    Problem(2118, "carrier_busy", 409, _("The carrier has too much to do")),
    Problem(2119, "carrier_refused", 409, _("The carrier refuses")),
    # Channels
    Problem(2201, "channel_in_use", 409, _("Numbers are bound to the channel")),
    Problem(2202, "channel_deleted", 409, _("The channel was deleted")),
    Problem(2203, "channel_not_called", 409, _("Nobody posts to the channel")),
    Problem(2204, "channel_sells_no_numbers", 409, _("No numbers through this channel")),
    # Sandboxes
    Problem(2301, "too_many_receivers", 409, _("Too many receivers")),
    Problem(2302, "too_many_waiting", 409, _("Too many simulated texts wait")),
    Problem(2303, "too_many_sandboxes", 409, _("Too many sandboxes")),
    Problem(2304, "last_sandbox", 409, _("The last sandbox")),
    Problem(2305, "name_taken", 409, _("The name is taken")),
    Problem(2310, "no_number_left", 409, _("No number left to lease")),
    # Routes
    Problem(4001, "too_many_routes", 409, _("Too many routes")),
    Problem(4002, "too_many_patterns", 409, _("Too many patterns")),
    # Endpoints and deliveries
    Problem(5201, "endpoint_in_use", 409, _("Routes lead to the endpoint")),
    Problem(5202, "endpoint_deleted", 409, _("The endpoint was deleted")),
    Problem(5203, "endpoint_disabled", 409, _("The endpoint is disabled")),
    Problem(5204, "delivery_in_progress", 409, _("The delivery is being sent")),
    Problem(5205, "content_erased", 409, _("The text was erased")),
    Problem(5206, "replay_over", 409, _("The replay is over")),
    Problem(5207, "not_a_webhook", 409, _("Not a webhook")),
    Problem(5208, "access_unreadable", 409, _("The endpoint's access cannot be opened")),
    Problem(5209, "secret_unreadable", 409, _("A secret does not open")),
    Problem(5210, "too_many_secrets", 409, _("Too many secrets sign")),
    Problem(5211, "last_secret", 409, _("Nothing would sign any more")),
    Problem(5212, "nothing_signed", 409, _("Nothing is signed")),
    Problem(5213, "nothing_sent", 409, _("Nothing is sent")),
    Problem(5214, "destination_exists", 409, _("The destination is in the list")),
    Problem(5215, "too_many_destinations", 409, _("The list is full")),
    Problem(5216, "delivery_expired", 409, _("The delivery is past its time")),
    # Us
    Problem(9001, "internal_error", 500, _("An error on our side")),
    Problem(9002, "unavailable", 503, _("Not available for the moment")),
)
BY_CODE: Mapping[str, Problem] = {row.code: row for row in TABLE}
BY_NUMBER: Mapping[int, Problem] = {row.number: row for row in TABLE}
#: What a failure counts as whose own word, one of the framework's, is not in the table.
OF_STATUS: Mapping[int, Problem] = {
    BY_CODE[code].status: BY_CODE[code]
    for code in (
        "bad_request not_authenticated not_found method_not_allowed length_required body_too_large "
        "unsupported_media_type invalid rate_limited unavailable"
    ).split()
}


def of(code: str, status: int) -> Problem:
    """The row of a failure."""
    return BY_CODE.get(code) or OF_STATUS.get(status) or BY_CODE["internal_error"]
