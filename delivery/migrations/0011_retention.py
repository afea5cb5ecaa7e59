"""By what retention finds the oldest attempts and events; of one, an answer may be erased and nothing rewritten."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

ANSWERS = """
GRANT UPDATE (response) ON delivery_attempt TO smsgateway_app;
CREATE FUNCTION only_erase_answers() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  RAISE insufficient_privilege USING MESSAGE = 'permission denied: an answer is erased or stays as it is';
END $$;
CREATE TRIGGER answers_stay BEFORE UPDATE ON delivery_attempt
  FOR EACH ROW WHEN (NEW.response IS NOT NULL) EXECUTE FUNCTION only_erase_answers();
"""
UNDO = """
DROP TRIGGER answers_stay ON delivery_attempt;
DROP FUNCTION only_erase_answers();
REVOKE UPDATE (response) ON delivery_attempt FROM smsgateway_app;
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("delivery", "0010_parked"), ("inbox", "0004_erasure")]

    operations = [
        migrations.RunSQL(ANSWERS, UNDO),
        AddIndexConcurrently(
            "Attempt", models.Index(fields=["environment", "started_at"], name="attempt_oldest")
        ),
        AddIndexConcurrently(
            "Event", models.Index(fields=["environment", "created_at"], name="event_oldest")
        ),
    ]
