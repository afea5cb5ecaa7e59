import django.db.models.deletion
from django.db import migrations, models

import accounts.ids

#: As in 0003_walls: a run belongs to its environment for good, and so do the texts that it sent.
WALLS = (
    (
        "CREATE OR REPLACE TRIGGER wall_fixed BEFORE UPDATE OF environment_id ON sandbox_scenariorun FOR EACH ROW "
        "WHEN (OLD.environment_id IS DISTINCT FROM NEW.environment_id) EXECUTE FUNCTION never_changes()",
        "DROP TRIGGER IF EXISTS wall_fixed ON sandbox_scenariorun",
    ),
    (
        "CREATE OR REPLACE TRIGGER wall_run AFTER INSERT OR UPDATE OF run_id ON sandbox_simulation FOR EACH ROW "
        "EXECUTE FUNCTION stays_within('run_id', 'sandbox_scenariorun')",
        "DROP TRIGGER IF EXISTS wall_run ON sandbox_simulation",
    ),
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_sandboxes"),
        ("sandbox", "0003_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="ScenarioRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("scenario", models.CharField(max_length=60)),
                ("number_used", models.CharField(max_length=16)),
                ("sender_index", models.BinaryField(max_length=16, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "Running"), ("passed", "Passed"), ("failed", "Failed")],
                        default="running",
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("expectations", models.JSONField(default=list)),
                ("messages", models.JSONField(default=list)),
                ("due_at", models.DateTimeField(null=True)),
                ("patient_until", models.DateTimeField(null=True)),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scenario_runs",
                        to="accounts.environment",
                    ),
                ),
            ],
            options={"verbose_name": "scenario run", "ordering": ["-id"]},
        ),
        migrations.AddIndex(
            model_name="scenariorun",
            index=models.Index(fields=["environment", "scenario", "-id"], name="scenario_run_newest"),
        ),
        migrations.AddField(
            model_name="simulation",
            name="run",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="simulations",
                to="sandbox.scenariorun",
            ),
        ),
        *(migrations.RunSQL(*wall) for wall in WALLS),
    ]
