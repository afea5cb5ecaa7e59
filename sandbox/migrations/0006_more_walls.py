"""The walls of what 0003 left out: what belongs to an environment, or to a thing of one, belongs to it for good.

Nothing that is done often writes one of these columns a second time, so that their triggers never run. Each object is
made by a statement of its own, as in 0003.
"""

from django.db import migrations

FUNCTIONS = """
CREATE OR REPLACE FUNCTION of_sandboxes() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF EXISTS (SELECT FROM accounts_environment e WHERE e.id = NEW.environment_id AND e.kind = 'live') THEN
    PERFORM across(TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION requests_within() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF EXISTS (SELECT FROM sandbox_receiver r WHERE r.id = NEW.receiver_id AND r.environment_id <> NEW.environment_id)
    OR EXISTS (SELECT FROM delivery_endpoint e WHERE e.id = NEW.endpoint_id AND e.environment_id <> NEW.environment_id)
  THEN
    PERFORM across(TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION simulations_within() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF EXISTS (SELECT FROM numbers_channel c WHERE c.id = NEW.channel_id AND c.environment_id <> NEW.environment_id) THEN
    PERFORM across(TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
"""
NAMES = ("of_sandboxes()", "requests_within()", "simulations_within()")

# By table: the columns that are what they are for good.
FIXED = {
    "accounts_auditentry": "environment_id tenant_id",
    "accounts_keyaddress": "key_id",
    "oauth2_provider_accesstoken": "application_id",
    "routing_routeversion": "environment_id",
    "delivery_endpointsecret": "endpoint_id",
    "delivery_health": "endpoint_id",
    "delivery_place": "endpoint_id",
    "ingest_straytext": "channel_id",
    "ingest_line": "channel_id",
    "operations_loggedrequest": "environment_id",
    "operations_keptanswer": "environment_id",
    "sandbox_receiver": "environment_id",
    "sandbox_receivedrequest": "environment_id receiver_id",
    "sandbox_simulation": "environment_id channel_id",
    "sandbox_simulatedtext": "simulation_id",
    "sandbox_scenariorun": "environment_id",
    "sandbox_numberlease": "environment_id number_id",
}
# By table: what is looked at when a row comes, and when one of these columns changes.
ROWS = {
    "sandbox_receiver": ("", "of_sandboxes()"),
    "sandbox_simulation": ("", "of_sandboxes()", "simulations_within()"),
    "sandbox_scenariorun": ("", "of_sandboxes()"),
    "sandbox_numberlease": ("", "of_sandboxes()"),
    "sandbox_receivedrequest": ("endpoint_id", "of_sandboxes()", "requests_within()"),
}


# Why a text went where it did may be forgotten, and never be said to be another's.
WHY = """
CREATE OR REPLACE TRIGGER wall_why BEFORE UPDATE OF why_id ON inbox_message FOR EACH ROW
  WHEN (NEW.why_id IS NOT NULL AND OLD.why_id IS DISTINCT FROM NEW.why_id) EXECUTE FUNCTION never_changes()
"""


def fixed(table: str, columns: str) -> migrations.RunSQL:
    names = columns.split()
    changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in names)
    return migrations.RunSQL(
        f"CREATE OR REPLACE TRIGGER wall_fixed BEFORE UPDATE OF {', '.join(names)} ON {table} FOR EACH ROW "
        f"WHEN ({changed}) EXECUTE FUNCTION never_changes()",
        f"DROP TRIGGER IF EXISTS wall_fixed ON {table}",
    )


def row(table: str, columns: str, at: int, function: str) -> migrations.RunSQL:
    when = "AFTER INSERT" + (f" OR UPDATE OF {columns}" if columns else "")
    return migrations.RunSQL(
        f"CREATE OR REPLACE TRIGGER wall_{at} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}",
        f"DROP TRIGGER IF EXISTS wall_{at} ON {table}",
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("accounts", "0014_sandboxes"),
        ("oauth2_provider", "0001_initial"),
        ("routing", "0003_versions"),
        ("inbox", "0007_filters"),
        ("delivery", "0019_filters"),
        ("ingest", "0004_running"),
        ("operations", "0002_kept_answers"),
        ("sandbox", "0005_leases"),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, ";".join(f"DROP FUNCTION {name}" for name in NAMES)),
        *(fixed(*one) for one in FIXED.items()),
        migrations.RunSQL(WHY, "DROP TRIGGER IF EXISTS wall_why ON inbox_message"),
        *(row(table, columns, *one) for table, (columns, *made) in ROWS.items() for one in enumerate(made)),
    ]
