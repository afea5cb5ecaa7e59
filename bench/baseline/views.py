"""The way in."""

from __future__ import annotations

import hmac
from base64 import b64encode

from django.db import transaction
from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField, Serializer
from rest_framework.views import APIView

from bench.baseline import settings
from bench.baseline.models import Delivery, Message
from bench.baseline.tasks import deliver


class TextSerializer(Serializer[Message]):
    MessageSid = CharField(max_length=64)
    From = CharField(max_length=32)
    To = CharField(max_length=32)
    Body = CharField(allow_blank=True, trim_whitespace=False)


def is_signed(request: Request) -> bool:
    """Twilio's signature: the URL and the sorted form under HMAC-SHA1."""
    form = request.data
    signed = settings.PUBLIC_INGEST_URL + request.path + "".join(name + form[name] for name in sorted(form))
    expected = b64encode(hmac.digest(settings.AUTH_TOKEN.encode(), signed.encode(), "sha1")).decode()
    return hmac.compare_digest(expected, request.headers.get("X-Twilio-Signature", ""))


class Incoming(APIView):
    def post(self, request: Request) -> Response:
        if not is_signed(request):
            return Response(status=status.HTTP_403_FORBIDDEN)
        serializer = TextSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        text = serializer.validated_data
        with transaction.atomic():
            message, created = Message.objects.get_or_create(
                carrier_id=text["MessageSid"],
                defaults={
                    "sender": text["From"],
                    "recipient": text["To"],
                    "content": text["Body"],
                    "received_at": timezone.now(),
                },
            )
            if created:
                url = f"{settings.SINK}/e/{int(text['To'][1:]) % 50}"
                delivery = Delivery.objects.create(message=message, url=url)
                transaction.on_commit(lambda: deliver.delay(str(delivery.pk)))
        return Response({"status": "ok"})
