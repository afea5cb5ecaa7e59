from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("numbers", "0006_simulator")]

    operations = [
        migrations.AddField(
            model_name="channel",
            name="sealed_private_key",
            field=models.BinaryField(null=True),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(("simulated", True), ("sealed_private_key", None), _connector="OR"),
                name="channel_private_key_simulated",
            ),
        ),
    ]
