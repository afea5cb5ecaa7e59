import django.db.models.deletion
from django.db import migrations, models

import accounts.ids

# A lease stays with its sandbox and its number, and a number of fiction is no live environment's (0003_walls).
FIXED = """
CREATE OR REPLACE TRIGGER wall_fixed BEFORE UPDATE OF environment_id, number_id ON sandbox_numberlease FOR EACH ROW
  WHEN (OLD.environment_id IS DISTINCT FROM NEW.environment_id OR OLD.number_id IS DISTINCT FROM NEW.number_id)
  EXECUTE FUNCTION never_changes()
"""
HELD = """
CREATE OR REPLACE TRIGGER wall_0 AFTER INSERT OR UPDATE ON sandbox_numberlease FOR EACH ROW
  EXECUTE FUNCTION held_by_its_kind()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_sandboxes"),
        ("numbers", "0006_simulator"),
        ("sandbox", "0004_scenarios"),
    ]

    operations = [
        migrations.CreateModel(
            name="NumberLease",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="number_leases",
                        to="accounts.environment",
                    ),
                ),
                (
                    "number",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="numbers.number"
                    ),
                ),
            ],
            options={
                "verbose_name": "number lease",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("environment", "number"), name="number_leased_once")
                ],
            },
        ),
        migrations.RunSQL(FIXED, "DROP TRIGGER IF EXISTS wall_fixed ON sandbox_numberlease"),
        migrations.RunSQL(HELD, "DROP TRIGGER IF EXISTS wall_0 ON sandbox_numberlease"),
    ]
