"""The texts of one sender in order. The new index is there before the old one goes; texts come in meanwhile."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("inbox", "0005_erasable")]

    operations = [
        AddIndexConcurrently(
            "message",
            models.Index(fields=["environment", "sender_index", "id"], name="message_of_sender"),
        ),
        RemoveIndexConcurrently("message", "message_sender"),
    ]
