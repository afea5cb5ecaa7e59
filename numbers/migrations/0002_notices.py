"""Changes of channels and assignments are announced to every door."""

from django.db import migrations

SQL = """
CREATE TRIGGER configuration_changed AFTER INSERT OR UPDATE OR DELETE ON numbers_channel
  FOR EACH ROW EXECUTE FUNCTION configuration_changed('environment_id');
CREATE TRIGGER configuration_changed AFTER INSERT OR UPDATE OR DELETE ON numbers_assignment
  FOR EACH ROW EXECUTE FUNCTION configuration_changed('environment_id');
"""

UNDO = """
DROP TRIGGER configuration_changed ON numbers_channel;
DROP TRIGGER configuration_changed ON numbers_assignment;
"""


class Migration(migrations.Migration):
    dependencies = [("numbers", "0001_initial"), ("accounts", "0003_trail_and_notices")]

    operations = [migrations.RunSQL(SQL, UNDO)]
