"""What requests with an Idempotency-Key were answered."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("operations", "0001_requests")]

    operations = [
        migrations.CreateModel(
            "KeptAnswer",
            [
                ("digest", models.BinaryField(max_length=16, primary_key=True, serialize=False)),
                ("asked", models.BinaryField(max_length=16)),
                ("claim", models.UUIDField()),
                ("claimed_until", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("sealed_answer", models.BinaryField(null=True)),
                (
                    "environment",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kept_answers",
                        to="accounts.environment",
                    ),
                ),
            ],
            options={"verbose_name": "kept answer"},
        ),
    ]
