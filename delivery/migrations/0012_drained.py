from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0011_retention"),
    ]

    operations = [
        migrations.AddField("health", "drained_until", models.DateTimeField(null=True)),
    ]
