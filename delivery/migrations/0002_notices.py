"""Attempts can only be added or purged; changes of endpoints are announced."""

from django.db import migrations

SQL = """
REVOKE UPDATE ON delivery_attempt FROM smsgateway_app;
CREATE TRIGGER configuration_changed AFTER INSERT OR UPDATE OR DELETE ON delivery_endpoint
  FOR EACH ROW EXECUTE FUNCTION configuration_changed('environment_id');
"""

UNDO = """
GRANT UPDATE ON delivery_attempt TO smsgateway_app;
DROP TRIGGER configuration_changed ON delivery_endpoint;
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial"), ("accounts", "0003_trail_and_notices")]

    operations = [migrations.RunSQL(SQL, UNDO)]
