"""Every way in which the API refuses, as one literal table: a number, a word, a status, and what to do about it.

Numbers and words, once out, stay. What a try of a delivery may meet has numbers of its own, 51xx (delivery.retry).
The API answers both, `/docs/errors/<number>` explains them, and docs/errors.md repeats the table (a test compares).

    10xx who asks · 11xx the request · 12xx repeating it · 13xx too much of it · 20xx people and programs
    21xx numbers · 22xx channels · 40xx routes · 52xx endpoints and deliveries · 90xx us
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Problem(NamedTuple):
    """One row. `remedy` is for the person who must do something about it."""

    number: int
    code: str
    status: int
    title: StrOrPromise
    remedy: StrOrPromise


WAIT = _("Wait as long as Retry-After says and ask again.")
NOT_TWICE = _("Nothing: it is as you want it already.")
TABLE: tuple[Problem, ...] = (
    # Who asks
    Problem(
        1001, "not_authenticated", 401, _("No API key"),
        _("Send the header Authorization: Bearer, and your key behind it."),
    ),
    Problem(
        1002, "invalid_key", 401, _("No valid API key"),
        _("Check that the key is whole and was not revoked. A key of the sandbox opens the sandbox only."),
    ),
    Problem(
        1003, "permission_denied", 403, _("Not allowed"),
        _("Use a key that may do this, or ask whoever made it."),
    ),
    Problem(
        1004, "missing_scope", 403, _("The key lacks a scope"),
        _("Make a key that has the scope which the answer names."),
    ),
    Problem(
        1005, "beyond_you", 403, _("It may do more than you"),
        _("Ask somebody who may do all of what this would hand on or change."),
    ),
    # The request
    Problem(
        1101, "bad_request", 400, _("The request cannot be read"),
        _("Check the address and the headers, above all Host."),
    ),
    Problem(
        1102, "invalid_json", 400, _("The body is not acceptable JSON"),
        _("Send one JSON object in UTF-8, at most ten levels deep, that names no member twice."),
    ),
    Problem(
        1103, "body_incomplete", 400, _("The body broke off"),
        _("Send it again. If it happens often, look at what stands between you and us."),
    ),
    Problem(
        1104, "invalid_parameter", 400, _("A query parameter is wrong"),
        _("See errors for its name and what it takes."),
    ),
    Problem(
        1105, "not_found", 404, _("Not found"),
        _("Check the path, without a slash at its end, and that the id is of this key's environment."),
    ),
    Problem(
        1106, "method_not_allowed", 405, _("Method not allowed"),
        _("Use one of the methods that the header Allow names."),
    ),
    Problem(
        1107, "length_required", 411, _("The length of the body is missing"),
        _("Send the body with a Content-Length instead of in chunks."),
    ),
    Problem(
        1108, "body_too_large", 413, _("The body is too large"),
        _("Send less: 1 MB, or 8 MB where a file goes along."),
    ),
    Problem(
        1109, "unsupported_media_type", 415, _("The body must be JSON"),
        _("Send the header Content-Type: application/json."),
    ),
    Problem(
        1110, "invalid", 422, _("The request has wrong fields"),
        _("See errors: each names a field by its JSON pointer and says what it takes."),
    ),
    Problem(
        1111, "conflict", 409, _("Not possible at present"), _("See detail for what stands in the way."),
    ),
    # Repeating it
    Problem(
        1201, "idempotency_key_missing", 400, _("The header Idempotency-Key is missing"),
        _("Send a key of your own with each bulk job, such as a UUID, and the same one when you try again."),
    ),
    Problem(
        1202, "idempotency_key_malformed", 400, _("The Idempotency-Key is malformed"),
        _("Use 1 to 255 visible ASCII characters, with or without quotation marks around them."),
    ),
    Problem(
        1203, "idempotency_key_in_use", 409, _("The first request is still under way"),
        _("Wait for its answer, or try again in a second with the same key."),
    ),
    Problem(
        1204, "idempotency_key_reused", 422, _("The key was used for another request"),
        _("Use a new key for each new request; the same one only to repeat the same."),
    ),
    # Too much of it
    Problem(
        1301, "rate_limited", 429, _("Too many requests"),
        _("Wait as long as Retry-After says. RateLimit tells what is left, so that you can slow down before."),
    ),
    # People and programs
    Problem(2001, "account_exists", 409, _("There is an account"), _("Log in with it.")),
    Problem(
        2002, "already_invited", 409, _("Invited already"),
        _("Send the invitation again, or withdraw it first."),
    ),
    Problem(2003, "already_member", 409, _("A member already"), NOT_TWICE),
    Problem(2004, "already_replaced", 409, _("It has a successor already"), _("Use the successor.")),
    Problem(2005, "client_ended", 409, _("The client has ended"), _("Make another client.")),
    Problem(2006, "invitation_over", 409, _("The invitation is over"), _("Ask for another one.")),
    Problem(2007, "key_ended", 409, _("The key has ended"), _("Make another key.")),
    Problem(
        2008, "last_owner", 409, _("The last owner"), _("Make somebody else an owner first."),
    ),
    Problem(2009, "mail_failed", 409, _("The mail was not sent"), _("Try again in some minutes.")),
    Problem(2010, "member_gone", 409, _("No member any more"), _("Reload: somebody removed this member.")),
    Problem(
        2011, "too_many_invitations", 409, _("Too many invitations wait"),
        _("Withdraw one that nobody takes."),
    ),
    # Numbers
    Problem(2101, "number_taken", 409, _("The number is not available"), _("Choose another number.")),
    Problem(
        2102, "number_held", 409, _("A tenant holds the number"), _("It must be released first."),
    ),
    Problem(2103, "number_released", 409, _("The number was released"), _("Take it back, or take another.")),
    Problem(
        2104, "number_of_the_pool", 409, _("A number of the pool"),
        _("It stays on the channel that it came with."),
    ),
    Problem(2105, "number_requested", 409, _("The number is asked for already"), NOT_TWICE),
    Problem(
        2106, "none_available", 409, _("No number that fits"),
        _("Ask for another country or category, or try again another day."),
    ),
    Problem(
        2107, "too_many_requests_wait", 409, _("Too many requests wait"),
        _("Cancel one, or wait until one is decided."),
    ),
    Problem(2108, "too_many_documents", 409, _("Too many documents"), _("Put several into one file.")),
    Problem(2109, "request_decided", 409, _("The request is decided"), _("Make another request.")),
    Problem(
        2110, "order_pending", 409, _("The carrier has not finished the order"),
        _("Look again in some minutes; do not order twice."),
    ),
    Problem(
        2111, "carrier_unreachable", 409, _("The carrier does not answer"), _("Try again in some minutes."),
    ),
    Problem(
        2112, "purchase_under_way", 409, _("The number is being bought"),
        _("Look again in some minutes; do not order twice."),
    ),
    Problem(
        2113, "purchase_unfinished", 409, _("The purchase is not finished"),
        _("Send the same request again: nothing is bought twice."),
    ),
    Problem(2114, "no_stock", 409, _("The carrier does not sell the number"), _("Choose another number.")),
    Problem(
        2115, "needs_documents", 409, _("The carrier wants documents"), _("Add them in the carrier's console."),
    ),
    Problem(
        2116, "insufficient_funds", 409, _("Not enough money at the carrier"),
        _("Top up your account at the carrier."),
    ),
    Problem(
        2117, "refused_credentials", 409, _("The carrier refuses the credentials"),
        _("Give the channel credentials that the carrier takes."),
    ),
    Problem(
        2118, "carrier_busy", 409, _("The carrier has too much to do"), _("Try again in a minute."),
    ),
    Problem(
        2119, "carrier_refused", 409, _("The carrier refuses"), _("The answer tells what the carrier says."),
    ),
    # Channels
    Problem(
        2201, "channel_in_use", 409, _("Numbers are bound to the channel"), _("Release or move them first."),
    ),
    Problem(2202, "channel_deleted", 409, _("The channel was deleted"), _("Use another channel.")),
    Problem(
        2203, "channel_not_called", 409, _("Nobody posts to the channel"),
        _("There is nothing to try: we connect to its carrier."),
    ),
    Problem(
        2204, "channel_sells_no_numbers", 409, _("No numbers through this channel"),
        _("Give the channel the credentials that the answer names, or use another carrier's."),
    ),
    # Routes
    Problem(4001, "too_many_routes", 409, _("Too many routes"), _("Delete one that takes nothing.")),
    Problem(
        4002, "too_many_patterns", 409, _("Too many patterns"),
        _("Compare with contains or starts with where that is enough."),
    ),
    # Endpoints and deliveries
    Problem(
        5201, "endpoint_in_use", 409, _("Routes lead to the endpoint"), _("Take it out of the routes first."),
    ),
    Problem(5202, "endpoint_deleted", 409, _("The endpoint was deleted"), _("Use another endpoint.")),
    Problem(5203, "endpoint_disabled", 409, _("The endpoint is disabled"), _("Enable it first.")),
    Problem(
        5204, "delivery_in_progress", 409, _("The delivery is being sent"), _("Wait for its outcome."),
    ),
    Problem(
        5205, "content_erased", 409, _("The text was erased"),
        _("Nothing is left to send. Keep texts for longer if you need to."),
    ),
    Problem(5206, "replay_over", 409, _("The replay is over"), _("Plan another.")),
    Problem(
        5207, "not_a_webhook", 409, _("Not a webhook"), _("Choose an endpoint of kind webhook."),
    ),
    Problem(
        5208, "access_unreadable", 409, _("The endpoint's access cannot be opened"),
        _("Give what is sent along anew."),
    ),
    Problem(
        5209, "secret_unreadable", 409, _("A secret does not open"), _("Make a new secret."),
    ),
    Problem(5210, "too_many_secrets", 409, _("Too many secrets sign"), _("Withdraw one first.")),
    Problem(
        5211, "last_secret", 409, _("Nothing would sign any more"), _("Make a new secret first."),
    ),
    Problem(
        5212, "nothing_signed", 409, _("Nothing is signed"),
        _("A polling endpoint needs no secret: your code asks for its texts with its API key."),
    ),
    Problem(
        5213, "nothing_sent", 409, _("Nothing is sent"),
        _("Choose another endpoint: your code asks a polling endpoint for its texts."),
    ),
    Problem(5214, "destination_exists", 409, _("The destination is in the list"), NOT_TWICE),
    Problem(5215, "too_many_destinations", 409, _("The list is full"), _("Remove a destination first.")),
    Problem(
        5216, "delivery_expired", 409, _("The delivery is past its time"),
        _("Allow more time in the endpoint's policy, then send it again."),
    ),
    # Us
    Problem(
        9001, "internal_error", 500, _("An error on our side"),
        _("Try again; if it stays, tell the operator the requestId."),
    ),
    Problem(9002, "unavailable", 503, _("Not available for the moment"), WAIT),
)  # fmt: skip
BY_CODE: Mapping[str, Problem] = {row.code: row for row in TABLE}
BY_NUMBER: Mapping[int, Problem] = {row.number: row for row in TABLE}
#: What a failure counts as whose own word is not in the table.
OF_STATUS: Mapping[int, Problem] = {
    BY_CODE[code].status: BY_CODE[code]
    for code in (
        "bad_request not_authenticated permission_denied not_found method_not_allowed conflict length_required "
        "body_too_large unsupported_media_type invalid rate_limited internal_error unavailable"
    ).split()
}


def of(code: str, status: int) -> Problem:
    """The row of a failure."""
    return BY_CODE.get(code) or OF_STATUS.get(status) or BY_CODE["internal_error"]
