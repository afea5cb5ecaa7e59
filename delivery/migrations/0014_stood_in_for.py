from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0013_backlog")]

    operations = [
        migrations.AddIndex(
            model_name="endpoint",
            index=models.Index(
                condition=models.Q(
                    ("deleted_at", None), ("disabled_because__in", ["failing", "gone", "asked"])
                ),
                fields=["failover"],
                name="endpoint_disabled_by_us",
            ),
        ),
    ]
