"""Keys are found by their first characters, expire, have successors, and say from where they may be used."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import accounts.ids


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_scopes")]

    operations = [
        migrations.RenameField("apikey", "hint", "prefix"),
        migrations.AlterField("apikey", "prefix", models.CharField(db_index=True, max_length=20)),
        migrations.AddField(
            "apikey",
            "allowed_networks",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=43), default=list, size=None
            ),
        ),
        migrations.AddField("apikey", "expires_at", models.DateTimeField(null=True)),
        migrations.AddField("apikey", "refused_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "apikey",
            "replaced_by",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="replaces",
                to="accounts.apikey",
            ),
        ),
        migrations.CreateModel(
            name="KeyAddress",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("address", models.GenericIPAddressField()),
                ("first_used_at", models.DateTimeField()),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="addresses",
                        to="accounts.apikey",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("key", "address"), name="key_address_once")],
            },
        ),
    ]
