"""/v1/members and /v1/invitations: who belongs to the tenant, for both of its environments."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from accounts import invitations, members
from accounts.models import Invitation, Membership
from accounts.roles import MANAGE_MEMBERS, Role
from api.deliveries import Nothing
from api.fields import Id, Input, Stamp, Text
from api.listing import Listing, Span, listed, read, read_query
from api.paging import page_of
from api.views import ApiRequest, View, body, find, operation

ROLE_HELP = "none that may do more than the key"


class MemberChanges(Input):
    role = serializers.ChoiceField(Role.choices, help_text=ROLE_HELP)


class NewInvitation(Input):
    email = Text(max_length=254)
    role = serializers.ChoiceField(Role.choices, help_text=ROLE_HELP)


class MemberSerializer(serializers.Serializer[Membership]):
    id = Id("membership")
    userId = Id("user", source="user_id")
    email = serializers.CharField(source="user.email")
    name = serializers.CharField(source="user.name")
    role = serializers.ChoiceField(Role.choices)


class InvitationSerializer(serializers.Serializer[Invitation]):
    id = Id("invitation")
    email = serializers.CharField()
    role = serializers.ChoiceField(Role.choices)
    createdAt = Stamp(source="created_at")
    expiresAt = Stamp(source="expires_at")
    acceptedAt = Stamp(source="accepted_at", allow_null=True)
    withdrawnAt = Stamp(source="withdrawn_at", allow_null=True)


class MemberQuery(Listing):
    shape = MemberSerializer
    role = serializers.ChoiceField(Role.choices, required=False)


class InvitationQuery(Listing):
    shape = InvitationSerializer
    role = serializers.ChoiceField(Role.choices, required=False)
    createdAt = Span(source="created_at")


def own_members(request: ApiRequest) -> QuerySet[Membership]:
    return request.environment.tenant.memberships.select_related("user")


def own_invitations(request: ApiRequest) -> QuerySet[Invitation]:
    return request.environment.tenant.invitations.all()


class Members(View):
    @operation("listMembers", MANAGE_MEMBERS, page_of(MemberSerializer), query=MemberQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, own_members(request), MemberQuery)


class OneMember(View):
    def member(self, request: ApiRequest, id: str) -> Membership:
        return find(own_members(request), "membership", id)

    @operation("readMember", MANAGE_MEMBERS, MemberSerializer, query=read_query(MemberSerializer))
    def get(self, request: ApiRequest, membership_id: str) -> Response:
        return read(request, self.member(request, membership_id), MemberSerializer)

    @operation("updateMember", MANAGE_MEMBERS, MemberSerializer, body=MemberChanges, conflicts=True)
    def patch(self, request: ApiRequest, membership_id: str) -> Response:
        member, asked = self.member(request, membership_id), body(request, MemberChanges)
        changed = members.change_role(member, request.actor, request.program.scopes, asked["role"])
        return Response(MemberSerializer(changed).data)

    @operation("deleteMember", MANAGE_MEMBERS, None, status=204, conflicts=True)
    def delete(self, request: ApiRequest, membership_id: str) -> Response:
        members.remove(self.member(request, membership_id), request.actor, request.program.scopes)
        return Response(status=204)


class Invitations(View):
    @operation("listInvitations", MANAGE_MEMBERS, page_of(InvitationSerializer), query=InvitationQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, own_invitations(request), InvitationQuery)

    @operation(
        "createInvitation",
        MANAGE_MEMBERS,
        InvitationSerializer,
        status=201,
        body=NewInvitation,
        conflicts=True,
    )
    def post(self, request: ApiRequest) -> Response:
        tenant, held = request.environment.tenant, request.program.scopes
        made = invitations.invite(tenant, request.actor, held, **body(request, NewInvitation))
        return Response(InvitationSerializer(made).data, 201)


class OneInvitation(View):
    def invitation(self, request: ApiRequest, id: str) -> Invitation:
        return find(own_invitations(request), "invitation", id)

    @operation("readInvitation", MANAGE_MEMBERS, InvitationSerializer, query=read_query(InvitationSerializer))
    def get(self, request: ApiRequest, invitation_id: str) -> Response:
        return read(request, self.invitation(request, invitation_id), InvitationSerializer)

    @operation("deleteInvitation", MANAGE_MEMBERS, None, status=204, conflicts=True)
    def delete(self, request: ApiRequest, invitation_id: str) -> Response:
        invitations.withdraw(self.invitation(request, invitation_id), request.actor)
        return Response(status=204)


class ResendInvitation(View):
    @operation("resendInvitation", MANAGE_MEMBERS, InvitationSerializer, body=Nothing, conflicts=True)
    def post(self, request: ApiRequest, invitation_id: str) -> Response:
        invitation = find(own_invitations(request), "invitation", invitation_id)
        body(request, Nothing)
        sent = invitations.resend(invitation, request.actor, request.program.scopes)
        return Response(InvitationSerializer(sent).data)
