"""Walls between environments: no row refers to another environment's, and fiction stays in sandboxes.

Hot tables are looked at once a statement, by keys and without locks, instead of by foreign keys. A connection plans such a
look once: it is told to use the index even where the table is small now, for it will not plan again as the table grows.
Each object is made by a statement of its own, so that a running system waits for one table at a time, and only for as
long as that takes.
"""

from django.db import migrations

# The ranges of numbers.phone as they are now; a test compares. Whoever adds one replaces the function in a migration.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION is_fictional(number text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN number !~ '^\\+[1-9][0-9]{6,14}$' THEN false
    WHEN number ~ '^\\+1[0-9]{10}$' THEN substr(number, 6, 5) = '55501'
    ELSE EXISTS (
      SELECT FROM (VALUES %(ranges)s) AS range (first, last)
      WHERE substr(number, 2)::bigint BETWEEN range.first AND range.last
    ) END
$$;
CREATE OR REPLACE FUNCTION across(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE check_violation USING MESSAGE = what || ' would cross from one environment into another';
END $$;
CREATE OR REPLACE FUNCTION never_changes() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM across(TG_TABLE_NAME);
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION stays_within() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
-- Arguments: a column, the table that it refers to, another column …
DECLARE
  own jsonb := to_jsonb(NEW);
  there uuid;
BEGIN
  FOR at IN 0 .. TG_NARGS - 2 BY 2 LOOP
    EXECUTE format('SELECT environment_id FROM %%I WHERE id = $1', TG_ARGV[at + 1])
      INTO there USING (own ->> TG_ARGV[at])::uuid;
    IF there <> (own ->> 'environment_id')::uuid OR (there IS NOT NULL AND own ->> 'environment_id' IS NULL) THEN
      PERFORM across(TG_TABLE_NAME);
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION held_by_its_kind() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF EXISTS (SELECT FROM accounts_environment e, numbers_number n WHERE e.id = NEW.environment_id
             AND n.id = NEW.number_id AND n.fictional <> (e.kind = 'sandbox')) THEN
    PERFORM across(TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION says_its_kind() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF EXISTS (SELECT FROM accounts_environment e WHERE e.id = NEW.environment_id
             AND (left(NEW.prefix, 8) = 'sk_live_') <> (e.kind = 'live')) THEN
    PERFORM across(TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION routes_within() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF EXISTS (SELECT FROM routing_route r, delivery_endpoint e
             WHERE r.id = NEW.route_id AND e.id = NEW.endpoint_id AND r.environment_id <> e.environment_id) THEN
    PERFORM across(TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION texts_within() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (
    SELECT FROM fresh f WHERE NOT EXISTS (
      SELECT FROM accounts_environment e WHERE e.id = f.environment_id AND f.simulated = (e.kind = 'sandbox'))
    OR EXISTS (SELECT FROM numbers_number n WHERE n.id = f.number_id AND n.fictional <> f.simulated)
    OR EXISTS (SELECT FROM numbers_channel c WHERE c.id = f.channel_id AND c.environment_id <> f.environment_id)
    OR EXISTS (SELECT FROM inbox_explanation x WHERE x.id = f.why_id AND x.environment_id <> f.environment_id)
  ) THEN
    PERFORM across(TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION parts_within() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (
    SELECT FROM fresh f WHERE NOT EXISTS (
      SELECT FROM accounts_environment e, numbers_number n
      WHERE e.id = f.environment_id AND n.id = f.holding_id AND n.fictional = (e.kind = 'sandbox'))
    OR EXISTS (SELECT FROM numbers_channel c WHERE c.id = f.channel_id AND c.environment_id <> f.environment_id)
  ) THEN
    PERFORM across(TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION deliveries_within() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (
    SELECT FROM fresh f WHERE
    EXISTS (SELECT FROM delivery_endpoint e WHERE e.id = f.endpoint_id AND e.environment_id <> f.environment_id)
    OR EXISTS (SELECT FROM inbox_message m WHERE m.id = f.message_id AND m.environment_id <> f.environment_id)
    OR EXISTS (SELECT FROM delivery_event v WHERE v.id = f.event_id AND v.environment_id <> f.environment_id)
  ) THEN
    PERFORM across(TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION attempts_within() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh f JOIN delivery_delivery d ON d.id = f.delivery_id
             WHERE d.environment_id <> f.environment_id) THEN
    PERFORM across(TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
"""
RANGES = (
    (33199000000, 33199009999), (33261910000, 33261919999), (33353010000, 33353019999),
    (33465710000, 33465719999), (33536490000, 33536499999), (33639980000, 33639989999),
    (46701740605, 46701740699), (61255500000, 61255509999), (61270100000, 61270109999),
    (61355500000, 61355509999), (61370100000, 61370109999), (61491570110, 61491570110),
    (61491570156, 61491570159), (61755500000, 61755509999), (61770100000, 61770109999),
    (61855500000, 61855509999), (61870100000, 61870109999), (353209100000, 353209199999),
    (441632960000, 441632960999), (442079460000, 442079460999), (443069990000, 443069990999),
    (447700900000, 447700900999), (448081570000, 448081570999), (449098790000, 449098790999),
    (491713920000, 491713920099), (491729980752, 491729980752), (492214710000, 492214710999),
    (493023125000, 493023125999), (494066969000, 494066969999), (496990009000, 496990009999),
    (498999998000, 498999998999), (4915228817386, 4915228817386), (4917604069000, 4917604069099),
)  # fmt: skip
NAMES = (
    "is_fictional(text)", "across(text)", "never_changes()", "stays_within()", "held_by_its_kind()", "says_its_kind()",
    "routes_within()", "texts_within()", "parts_within()", "deliveries_within()", "attempts_within()",
)  # fmt: skip

# By table: the columns that are what they are for good. Costs nothing where a statement does not write them.
FIXED = {
    "accounts_environment": "kind tenant_id",
    "accounts_apikey": "environment_id prefix",
    "accounts_oauthclient": "environment_id",
    "numbers_number": "number fictional",
    "numbers_channel": "environment_id",
    "numbers_assignment": "environment_id number_id",
    "numbers_numberrequest": "environment_id",
    "numbers_numberdocument": "environment_id",
    "numbers_purchase": "environment_id",
    "routing_route": "environment_id",
    "inbox_message": "environment_id channel_id number_id simulated",
    "inbox_part": "environment_id channel_id holding_id",
    "inbox_explanation": "environment_id",
    "delivery_endpoint": "environment_id",
    "delivery_destination": "environment_id",
    "delivery_event": "environment_id",
    "delivery_delivery": "environment_id message_id event_id",
    "delivery_attempt": "environment_id delivery_id",
    "delivery_issue": "environment_id endpoint_id",
    "delivery_replay": "environment_id",
}
# By table: what is looked at when a row comes or changes …
ROWS = {
    "numbers_assignment": ("held_by_its_kind()", "stays_within('channel_id', 'numbers_channel')"),
    "numbers_numberrequest": (
        "stays_within('channel_id', 'numbers_channel', 'assignment_id', 'numbers_assignment')",
    ),
    "numbers_numberdocument": ("stays_within('request_id', 'numbers_numberrequest')",),
    "numbers_purchase": ("stays_within('channel_id', 'numbers_channel')",),
    "accounts_apikey": ("says_its_kind()", "stays_within('replaced_by_id', 'accounts_apikey')"),
    "delivery_endpoint": ("stays_within('failover_id', 'delivery_endpoint')",),
    "delivery_issue": ("stays_within('endpoint_id', 'delivery_endpoint')",),
    "routing_route_endpoints": ("routes_within()",),
}
# … and what when rows come, once for all of a statement.
STATEMENTS = {
    "inbox_message": "texts_within()",
    "inbox_part": "parts_within()",
    "delivery_delivery": "deliveries_within()",
    "delivery_attempt": "attempts_within()",
}
#: A delivery goes to the endpoint that stands in, and home again.
MOVED = """
CREATE OR REPLACE TRIGGER wall_moved AFTER UPDATE OF endpoint_id ON delivery_delivery FOR EACH ROW
  WHEN (OLD.endpoint_id IS DISTINCT FROM NEW.endpoint_id)
  EXECUTE FUNCTION stays_within('endpoint_id', 'delivery_endpoint')
"""
# Checked for rows to come first, and for those that are there while others go on reading and writing.
NUMBERED = "ALTER TABLE numbers_number ADD CONSTRAINT number_is_its_kind CHECK (fictional = is_fictional(number)) NOT VALID"
VALIDATED = "ALTER TABLE numbers_number VALIDATE CONSTRAINT number_is_its_kind"


def fixed(table: str, columns: str) -> str:
    changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns.split())
    return (
        f"CREATE OR REPLACE TRIGGER wall_fixed BEFORE UPDATE OF {', '.join(columns.split())} ON {table} FOR EACH ROW "
        f"WHEN ({changed}) EXECUTE FUNCTION never_changes()"
    )


def row(table: str, at: int, function: str) -> str:
    when = f"AFTER INSERT OR UPDATE ON {table}"
    return f"CREATE OR REPLACE TRIGGER wall_{at} {when} FOR EACH ROW EXECUTE FUNCTION {function}"


def statement(table: str, function: str) -> str:
    when = f"AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh"
    return f"CREATE OR REPLACE TRIGGER wall_rows {when} FOR EACH STATEMENT EXECUTE FUNCTION {function}"


def undone(table: str, name: str) -> str:
    return f"DROP TRIGGER IF EXISTS {name} ON {table}"


def triggers() -> list[migrations.RunSQL]:
    made = [(fixed(*one), undone(one[0], "wall_fixed")) for one in FIXED.items()]
    for table, functions in ROWS.items():
        made += [(row(table, *one), undone(table, f"wall_{one[0]}")) for one in enumerate(functions)]
    made += [(statement(*one), undone(one[0], "wall_rows")) for one in STATEMENTS.items()]
    return [migrations.RunSQL(*one) for one in [*made, (MOVED, undone("delivery_delivery", "wall_moved"))]]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("accounts", "0014_sandboxes"),
        ("numbers", "0006_simulator"),
        ("inbox", "0007_filters"),
        ("delivery", "0019_filters"),
        ("routing", "0003_versions"),
        ("sandbox", "0002_simulator"),
    ]

    operations = [
        migrations.RunSQL(
            FUNCTIONS % {"ranges": ", ".join(str(one) for one in RANGES)},
            ";".join(f"DROP FUNCTION {name}" for name in NAMES),
        ),
        migrations.RunSQL(
            "ALTER TABLE numbers_number DROP CONSTRAINT IF EXISTS number_is_its_kind", migrations.RunSQL.noop
        ),
        migrations.RunSQL(NUMBERED, "ALTER TABLE numbers_number DROP CONSTRAINT number_is_its_kind"),
        migrations.RunSQL(VALIDATED, migrations.RunSQL.noop),
        *triggers(),
    ]
