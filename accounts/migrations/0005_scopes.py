"""Keys get scopes; those made before keep all that keys could do until now."""

import django.contrib.postgres.fields
from django.db import migrations, models

UNTIL_NOW = ["read", "readMessages", "readContent", "receive", "configure", "replay"]
ROLES = [
    ("owner", "Owner"),
    ("admin", "Admin"),
    ("developer", "Developer"),
    ("compliance", "Compliance officer"),
    ("support", "Support"),
    ("billing", "Billing"),
    ("viewer", "Viewer"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_retention")]

    operations = [
        migrations.AlterField("membership", "role", models.CharField(choices=ROLES, max_length=12)),
        migrations.AddField(
            "apikey",
            "scopes",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20), default=UNTIL_NOW, size=None
            ),
            preserve_default=False,
        ),
    ]
