"""Parts that wait for the rest of theirs, links to media, and repeats known by more than the carrier's id."""

from datetime import UTC, datetime

import django.db.models.deletion
from django.db import migrations, models

import accounts.ids

BY_ID = datetime(9999, 12, 31, tzinfo=UTC)


class Migration(migrations.Migration):
    dependencies = [("inbox", "0001_initial"), ("numbers", "0001_initial"), ("accounts", "0002_initial")]

    operations = [
        migrations.RenameModel("CarrierId", "RepeatKey"),
        migrations.AddField(
            "RepeatKey", "repeats_until", models.DateTimeField(default=BY_ID), preserve_default=False
        ),
        migrations.AddField("Message", "partial", models.BooleanField(default=False)),
        migrations.AddField("Message", "sealed_media", models.BinaryField(db_column="media", null=True)),
        migrations.CreateModel(
            name="Part",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("group", models.BinaryField(db_index=True, max_length=16)),
                ("total", models.SmallIntegerField()),
                ("number", models.SmallIntegerField()),
                (
                    "environment",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="accounts.environment",
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="numbers.channel",
                    ),
                ),
                (
                    "holding",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="numbers.number",
                    ),
                ),
                ("number_used", models.CharField(max_length=16)),
                ("alphabet", models.CharField(max_length=8)),
                ("sealed_data", models.BinaryField(db_column="data")),
                ("sealed_sender", models.BinaryField(db_column="sender")),
                ("carrier_message_id", models.CharField(blank=True, max_length=255)),
                ("encoding", models.CharField(blank=True, max_length=12)),
                ("received_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("tries", models.SmallIntegerField(default=0)),
            ],
            options={"verbose_name": "part of a message"},
        ),
    ]
