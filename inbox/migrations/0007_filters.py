"""By what lists of messages are narrowed; built while messages go on being stored."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("inbox", "0006_texts_of_a_sender")]

    operations = [
        AddIndexConcurrently(
            "Message", models.Index(fields=["environment", "number_used", "-id"], name="message_of_number")
        ),
        AddIndexConcurrently(
            "Message",
            models.Index(
                fields=["environment", "route_id", "-id"],
                condition=models.Q(route_id__isnull=False),
                name="message_of_route",
            ),
        ),
        AddIndexConcurrently(
            "Message",
            models.Index(
                fields=["environment", "routing_tag", "-id"],
                condition=~models.Q(routing_tag=""),
                name="message_of_tag",
            ),
        ),
        AddIndexConcurrently(
            "Message",
            models.Index(
                fields=["environment", "state", "-id"],
                condition=~models.Q(state="received"),
                name="message_kept_back",
            ),
        ),
    ]
