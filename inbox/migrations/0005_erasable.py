"""By what retention finds the oldest texts; built while messages go on being stored."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("inbox", "0004_erasure")]

    operations = [
        AddIndexConcurrently(
            "Message",
            models.Index(
                fields=["environment", "received_at"],
                condition=models.Q(content_erased_at=None, legal_hold=False),
                name="message_erasable",
            ),
        )
    ]
