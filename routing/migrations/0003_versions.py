"""What the routes of an environment were after each change."""

import django.db.models.deletion
from django.db import migrations, models

import accounts.ids


class Migration(migrations.Migration):
    dependencies = [("routing", "0002_notices"), ("accounts", "0002_initial")]

    operations = [
        migrations.CreateModel(
            name="RouteVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.IntegerField()),
                ("routes", models.JSONField()),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_id", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "environment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="route_versions",
                        to="accounts.environment",
                    ),
                ),
            ],
            options={
                "verbose_name": "version of the routes",
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("environment", "number"), name="route_version_once")
                ],
            },
        ),
    ]
