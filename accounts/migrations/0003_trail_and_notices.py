"""The trail can only grow, and changes of an environment are announced."""

from django.db import migrations

SQL = """
REVOKE UPDATE, DELETE ON accounts_auditentry FROM smsgateway_app;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM smsgateway_app;
CREATE TRIGGER configuration_changed AFTER INSERT OR UPDATE OR DELETE ON accounts_environment
  FOR EACH ROW EXECUTE FUNCTION configuration_changed('id');
"""

UNDO = """
DROP TRIGGER configuration_changed ON accounts_environment;
GRANT UPDATE, DELETE ON accounts_auditentry TO smsgateway_app;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_initial")]

    operations = [migrations.RunSQL(SQL, UNDO)]
