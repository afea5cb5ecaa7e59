"""From where somebody acted, and by what the trail is searched; built while entries go on being written."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.deletion import PROTECT

INDEXES = (
    models.Index(fields=["environment", "-id"], name="audit_newest"),
    models.Index(fields=["tenant", "-id"], condition=models.Q(environment=None), name="audit_of_tenant"),
    models.Index(fields=["environment", "action", "-id"], name="audit_of_action"),
    models.Index(
        fields=["actor_id", "-id"], condition=models.Q(actor_id__isnull=False), name="audit_of_actor"
    ),
    models.Index(
        fields=["target_id", "-id"], condition=models.Q(target_id__isnull=False), name="audit_of_target"
    ),
    models.Index(
        fields=["environment", "address", "-id"],
        condition=models.Q(address__isnull=False),
        name="audit_from_address",
    ),
    models.Index(fields=["request_id"], condition=~models.Q(request_id=""), name="audit_of_request"),
    GinIndex(
        fields=["after"],
        opclasses=["jsonb_path_ops"],
        condition=models.Q(action="message.read"),
        name="audit_of_list",
    ),
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0008_invitations")]

    operations = [
        migrations.AddField("AuditEntry", "address", models.GenericIPAddressField(null=True)),
        *(AddIndexConcurrently("AuditEntry", index) for index in INDEXES),
        migrations.AlterField(
            "AuditEntry",
            "environment",
            models.ForeignKey(
                "accounts.Environment", PROTECT, null=True, related_name="audit_entries", db_index=False
            ),
        ),
        RemoveIndexConcurrently("AuditEntry", "accounts_au_tenant__afe68f_idx"),
    ]
