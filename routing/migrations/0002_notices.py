"""Changes of routes are announced to every door."""

from django.db import migrations

SQL = """
CREATE TRIGGER configuration_changed AFTER INSERT OR UPDATE OR DELETE ON routing_route
  FOR EACH ROW EXECUTE FUNCTION configuration_changed('environment_id');
"""

UNDO = """
DROP TRIGGER configuration_changed ON routing_route;
"""


class Migration(migrations.Migration):
    dependencies = [("routing", "0001_initial"), ("accounts", "0003_trail_and_notices")]

    operations = [migrations.RunSQL(SQL, UNDO)]
