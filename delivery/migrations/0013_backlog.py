"""What waits for its endpoint in order. The new index is there before the old one goes; texts come in meanwhile."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("delivery", "0012_drained")]

    operations = [
        AddIndexConcurrently(
            "delivery",
            models.Index(
                fields=["environment", "endpoint", "id"],
                condition=models.Q(state="held") | models.Q(state="pending", reason="circuit"),
                name="delivery_backlog",
            ),
        ),
        RemoveIndexConcurrently("delivery", "delivery_parked"),
    ]
