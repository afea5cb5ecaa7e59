"""What texts say can be erased, while the rest of their row remains."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0003_explanations")]

    operations = [
        migrations.AlterField(
            "Message", "sealed_content", models.BinaryField(db_column="content", null=True)
        ),
        migrations.AlterField("Message", "sealed_sender", models.BinaryField(db_column="sender", null=True)),
        migrations.AlterField("Message", "sender_index", models.BinaryField(max_length=16, null=True)),
        migrations.AddField("Message", "content_erased_at", models.DateTimeField(null=True)),
        migrations.AddField("Message", "legal_hold", models.BooleanField(db_default=False, default=False)),
    ]
