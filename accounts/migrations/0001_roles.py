"""Two database roles: whoever runs this owns the tables; `smsgateway_app` is what the processes work as.

It comes before every table of every app, so that no table escapes the default privileges.
"""

from django.db import migrations

ROLES = """
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'smsgateway_app') THEN
    BEGIN
      CREATE ROLE smsgateway_app NOLOGIN;
    EXCEPTION
      WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this server was quicker
      WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'Ask the server''s administrator for: CREATE ROLE smsgateway_app NOLOGIN; GRANT smsgateway_app TO %',
          current_user;
    END;
  END IF;
  -- The owner may act as the app, which is how a single DATABASE_URL works at all. Since PostgreSQL 16, whoever
  -- creates a role is its member but may not act as it.
  IF NOT pg_has_role(current_user, 'smsgateway_app',
                     CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
    EXECUTE format('GRANT smsgateway_app TO %I', current_user);
  END IF;
END $$;
GRANT USAGE ON SCHEMA public TO smsgateway_app;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO smsgateway_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO smsgateway_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO smsgateway_app;

-- Doors and workers hear of each change of configuration, whoever makes it (docs/architecture.md).
CREATE FUNCTION configuration_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  changed jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
BEGIN
  PERFORM pg_notify('configuration', coalesce(changed ->> TG_ARGV[0], ''));
  RETURN NULL;
END $$;
"""

UNDO = """
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM smsgateway_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM smsgateway_app;
REVOKE ALL ON SCHEMA public FROM smsgateway_app;
DROP FUNCTION configuration_changed();
"""


class Migration(migrations.Migration):
    run_before = [("contenttypes", "0001_initial")]

    operations = [migrations.RunSQL(ROLES, UNDO)]
