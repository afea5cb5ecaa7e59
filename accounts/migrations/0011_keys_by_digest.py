"""Keys are found by their digest, which has an index of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_limits")]

    operations = [migrations.AlterField("ApiKey", "prefix", models.CharField(max_length=20))]
