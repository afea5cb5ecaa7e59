"""By what lists of deliveries, and of messages by what became of them, are narrowed; built while deliveries go on."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("delivery", "0018_how_replays_end")]

    operations = [
        AddIndexConcurrently(
            "Delivery", models.Index(fields=["endpoint", "-id"], name="delivery_of_endpoint")
        ),
        AddIndexConcurrently(
            "Delivery",
            models.Index(
                fields=["environment", "state", "-id"],
                condition=models.Q(state__in=["failed", "held", "pending"]),
                name="delivery_in_state",
            ),
        ),
        RemoveIndexConcurrently("Delivery", "delivery_open"),
    ]
