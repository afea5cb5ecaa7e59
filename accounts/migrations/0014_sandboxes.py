"""Several sandboxes a tenant, each of which can be emptied, moved in time and deleted."""

from datetime import timedelta

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_single_sign_on")]

    operations = [
        migrations.AddField(
            "Environment",
            "clock_followed",
            models.DurationField(default=timedelta, db_default=timedelta()),
        ),
        migrations.AddField("Environment", "emptying_since", models.DateTimeField(null=True)),
        migrations.AddField("Environment", "deleted_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "Environment",
            models.CheckConstraint(
                condition=models.Q(kind="sandbox") | models.Q(deleted_at=None, emptying_since=None),
                name="environment_live_stays",
            ),
        ),
        migrations.AddConstraint(
            "Environment",
            models.UniqueConstraint(
                fields=["tenant", "name"], condition=models.Q(deleted_at=None), name="environment_name_once"
            ),
        ),
    ]
