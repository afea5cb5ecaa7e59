"""How much each environment may ask and is expected to receive, and how far it is with that."""

import django.core.validators
from django.db import migrations, models

AT_LEAST_ONE = [django.core.validators.MinValueValidator(1)]


def limit() -> models.Field:
    return models.PositiveIntegerField(blank=True, null=True, validators=AT_LEAST_ONE)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_trail_search")]

    operations = [
        migrations.AddField("Environment", "reads_allowed", limit()),
        migrations.AddField("Environment", "writes_allowed", limit()),
        migrations.AddField("Environment", "messages_allowed", limit()),
        migrations.AddField(
            "Environment",
            "quota_level",
            models.PositiveSmallIntegerField(
                choices=[(0, "within"), (1, "near"), (2, "exceeded")], db_default=0, default=0
            ),
        ),
    ]
