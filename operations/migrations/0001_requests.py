"""The log of API requests."""

import django.db.models.deletion
from django.db import migrations, models

import accounts.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [("accounts", "0010_limits")]

    operations = [
        migrations.CreateModel(
            "LoggedRequest",
            [
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("request_id", models.CharField(max_length=40)),
                ("method", models.CharField(max_length=10)),
                ("path", models.CharField(max_length=120)),
                ("status", models.PositiveSmallIntegerField()),
                ("error_code", models.PositiveSmallIntegerField(null=True)),
                ("duration_us", models.PositiveIntegerField()),
                ("actor_kind", models.CharField(max_length=8)),
                ("actor_id", models.UUIDField()),
                ("address", models.GenericIPAddressField(null=True)),
                (
                    "environment",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="requests",
                        to="accounts.environment",
                    ),
                ),
            ],
            options={
                "verbose_name": "API request",
                "indexes": [
                    models.Index(fields=["environment", "-id"], name="request_newest"),
                    models.Index(
                        condition=models.Q(("status__gte", 400)),
                        fields=["environment", "-id"],
                        name="request_refused",
                    ),
                    models.Index(fields=["environment", "request_id"], name="request_by_name"),
                ],
            },
        ),
    ]
