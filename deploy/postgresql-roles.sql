-- Two roles: one owns the tables and migrates them, the other is what the application signs in as.
-- psql -v owner_password=… -v app_password=… -f deploy/postgresql-roles.sql
CREATE ROLE tenantpilot_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE tenantpilot_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'app_password';
-- Who is suspended in the middle of a write keeps nobody waiting for longer; behind a pooler this is the only place to say so.
ALTER ROLE tenantpilot_app SET idle_in_transaction_session_timeout = '30s';
CREATE DATABASE tenantpilot OWNER tenantpilot_owner;
REVOKE ALL ON DATABASE tenantpilot FROM PUBLIC;
GRANT CONNECT ON DATABASE tenantpilot TO tenantpilot_app;
