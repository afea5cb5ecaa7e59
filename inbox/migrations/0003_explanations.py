"""Equal explanations of an environment become one row that messages name."""

import django.db.models.deletion
from django.db import migrations, models

# An id need not be the door's: what is told once more under another id is told all the same.
MOVE = """
INSERT INTO inbox_explanation (id, environment_id, told)
SELECT DISTINCT ON (id) md5(environment_id::text || explanation::text)::uuid AS id, environment_id, explanation
FROM inbox_message WHERE explanation <> '[]';
UPDATE inbox_message SET why_id = md5(environment_id::text || explanation::text)::uuid WHERE explanation <> '[]';
"""


class Migration(migrations.Migration):
    dependencies = [("inbox", "0002_parts_and_repeats"), ("accounts", "0002_initial")]

    operations = [
        migrations.CreateModel(
            name="Explanation",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "environment",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.environment",
                    ),
                ),
                ("told", models.JSONField()),
            ],
            options={"verbose_name": "explanation"},
        ),
        migrations.AddField(
            "Message",
            "why",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="inbox.explanation",
            ),
        ),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RemoveField("Message", "explanation"),
    ]
