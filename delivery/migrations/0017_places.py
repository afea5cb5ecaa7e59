import django.db.models.deletion
from django.db import migrations, models

import accounts.ids


class Migration(migrations.Migration):
    dependencies = [("delivery", "0016_put_off_index")]

    operations = [
        migrations.CreateModel(
            name="Place",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("worker", models.UUIDField()),
                ("places", models.SmallIntegerField()),
                ("until", models.DateTimeField()),
                (
                    "endpoint",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="places",
                        to="delivery.endpoint",
                    ),
                ),
            ],
            options={
                "verbose_name": "place at an endpoint",
                "constraints": [
                    models.UniqueConstraint(fields=("endpoint", "worker"), name="place_once"),
                ],
            },
        ),
    ]
