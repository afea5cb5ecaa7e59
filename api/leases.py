"""/v1/sandbox/leases: a number of the sandbox for each worker of a pipeline, for a while."""

from __future__ import annotations

from datetime import timedelta

from rest_framework import serializers
from rest_framework.response import Response

from accounts.roles import CONFIGURE, READ
from api.fields import Id, Input, Stamp, Text, Whole
from api.listing import Listing, listed
from api.paging import page_of
from api.sandboxed import SandboxView
from api.views import ApiRequest, body, find, operation
from sandbox import leases
from sandbox.lease import NumberLease

LONGEST_S = int(leases.LONGEST.total_seconds())


class NewNumberLease(Input):
    ttl = Whole(
        default=int(leases.DEFAULT.total_seconds()),
        min_value=1,
        max_value=LONGEST_S,
        help_text="seconds, in real time whatever the sandbox's clock shows",
    )


class NumberLeaseSerializer(serializers.Serializer[NumberLease]):
    """A number that nobody else leases meanwhile."""

    id = Id("number_lease")
    number = serializers.CharField(source="number.number")
    numberId = Id("number", source="number_id")
    expiresAt = Stamp(source="expires_at", help_text="in real time")


class NumberLeaseQuery(Listing):
    shape = NumberLeaseSerializer
    number = Text(source="number__number", required=False, max_length=16, help_text="E.164: + is %2B")


class NumberLeases(SandboxView):
    @operation("listSandboxLeases", READ, page_of(NumberLeaseSerializer), query=NumberLeaseQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, leases.living(request.environment), NumberLeaseQuery)

    @operation(
        "createSandboxLease",
        CONFIGURE,
        NumberLeaseSerializer,
        status=201,
        body=NewNumberLease,
        conflicts=True,
    )
    def post(self, request: ApiRequest) -> Response:
        ttl = timedelta(seconds=body(request, NewNumberLease)["ttl"])
        made = leases.take(request.environment, request.actor, ttl=ttl)
        return Response(NumberLeaseSerializer(made).data, 201)


class OneNumberLease(SandboxView):
    @operation("deleteSandboxLease", CONFIGURE, None, status=204)
    def delete(self, request: ApiRequest, number_lease_id: str) -> Response:
        found = find(leases.living(request.environment), "number_lease", number_lease_id)
        leases.release(found, request.actor)
        return Response(status=204)
