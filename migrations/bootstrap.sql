-- What must stand before the services' own migrations: the database, and one
-- role and one schema for each service. Run by a superuser with psql; every
-- role's password comes from the environment. Safe to run again.
\set ON_ERROR_STOP on
\getenv auth_password KOZMIC_DATABASE_PASSWORD_AUTH
\getenv project_password KOZMIC_DATABASE_PASSWORD_PROJECT
\getenv build_password KOZMIC_DATABASE_PASSWORD_BUILD
\getenv logstream_password KOZMIC_DATABASE_PASSWORD_LOGSTREAM

SELECT 'CREATE DATABASE kozmic ENCODING ''UTF8'' TEMPLATE template0'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'kozmic') \gexec

\connect kozmic
-- Passwords never reach the server's log, not even when a statement fails.
SET log_min_error_statement = panic;
SET log_min_duration_statement = -1;
SET log_statement = 'none';
SET client_min_messages = warning;

SELECT format('CREATE ROLE kozmic_%s LOGIN', service)
FROM unnest(ARRAY['auth', 'project', 'build', 'logstream']) AS service
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kozmic_' || service) \gexec

ALTER ROLE kozmic_auth PASSWORD :'auth_password';
ALTER ROLE kozmic_project PASSWORD :'project_password';
ALTER ROLE kozmic_build PASSWORD :'build_password';
ALTER ROLE kozmic_logstream PASSWORD :'logstream_password';

-- A service sees its own schema and no other.
SELECT format(statement, service)
FROM unnest(ARRAY['auth', 'project', 'build', 'logstream']) AS service,
     unnest(ARRAY[
       'CREATE SCHEMA IF NOT EXISTS %1$I AUTHORIZATION kozmic_%1$s',
       'ALTER ROLE kozmic_%1$s IN DATABASE kozmic SET search_path = %1$I',
       'GRANT CONNECT ON DATABASE kozmic TO kozmic_%1$s'
     ]) WITH ORDINALITY AS part (statement, position)
ORDER BY service, position \gexec

REVOKE ALL ON DATABASE kozmic FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
