"""By what repeats of texts are known, forgotten with the texts: the next one of the same kind is a new text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings

from accounts.clock import clock
from inbox.models import Message, RepeatKey
from ingest.acceptance import digest_of_id


def forget(messages: Sequence[Message]) -> None:
    """Needs their channel, number used and carrier's id. Of those that came in parts some keys may stay."""
    by_id = [
        digest_of_id(one.channel_id, one.number_used, one.carrier_message_id)
        for one in messages
        if one.carrier_message_id
    ]
    RepeatKey.objects.filter(digest__in=by_id).delete()
    # A text without an id is known for seconds only; what is older cannot be in anybody's way.
    lately = clock() - timedelta(seconds=max(settings.SAME_CONTENT_S, settings.PARTS_WAIT_S))
    RepeatKey.objects.filter(seen_at__gte=lately, message_id__in=[one.pk for one in messages]).delete()
