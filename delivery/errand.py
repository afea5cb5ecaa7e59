"""One request here and now, for somebody who waits: the guard, proxy and credentials are those of deliveries."""

from __future__ import annotations

import pycurl
from django.conf import settings

from accounts.clock import clock
from delivery import services
from delivery.addresses import Rejected, host_of
from delivery.exchange import Exchange, Job, Result
from delivery.tokens import Grant, Held, Unusable, failure, request_for, token_in
from delivery.vetting import refusal


def run(job: Job) -> Result:
    """What came of a job, which blocks for as long as its deadline; one that wants a token brings it along."""
    try:
        word = forbidden(job) if settings.DELIVERY_PROXY else None
    except Rejected:
        word = "other"
    return perform(job) if word is None else Result(None, word)


def forbidden(job: Job) -> str | None:
    """Where its name lies, before a proxy gets it."""
    return refusal(job, services.resolve(host_of(job.url)), settings.DELIVERY_ALLOW_NETWORKS)


def perform(job: Job) -> Result:
    exchange = Exchange(settings.DELIVERY_ALLOW_NETWORKS, settings.DELIVERY_PROXY)
    try:
        exchange.load(job).perform()
        return exchange.result(None)
    except pycurl.error as error:
        return exchange.result(error.args[0])
    except ValueError:  # no request can be made of it
        return Result(None, "other")
    finally:
        exchange.curl.close()


def token_for(grant: Grant, deadline_s: float) -> str | Result:
    """A fresh token, or why there is none."""
    job = request_for(Held(grant))
    job.deadline_s = deadline_s
    result = run(job)
    try:
        return token_in(result, clock())[0]
    except Unusable as problem:
        return failure(result, str(problem))
