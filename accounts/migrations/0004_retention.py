"""How long each environment keeps things, where its tenant chose."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_trail_and_notices")]

    operations = [
        migrations.AddField("Environment", "content_kept_days", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("Environment", "attempts_kept_days", models.PositiveSmallIntegerField(null=True)),
    ]
