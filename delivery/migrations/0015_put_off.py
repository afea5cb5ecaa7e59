from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0014_stood_in_for")]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="put_off",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
    ]
