from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the table is large, and written to all the time
    dependencies = [("delivery", "0015_put_off")]

    operations = [
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("reason", "ours"), ("state", "pending")),
                fields=["put_off"],
                name="delivery_put_off",
            ),
        ),
    ]
