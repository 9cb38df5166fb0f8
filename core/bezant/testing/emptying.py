"""Making a PostgreSQL database fresh again without making it anew, which costs a checkpoint of the server each time.

Rows are put back to what they were; where a test changed the schema itself, that is noticed and the database is made anew.
"""

from sqlalchemy import URL, Connection, NullPool, create_engine, text

KEEP = "bezant_kept"
"""Schema that holds the rows a fresh database begins with, and its fingerprint."""

_FINGERPRINT = """
SELECT concat(
  (SELECT sum(hashtext(relname || relkind::text)) FROM pg_class WHERE relnamespace = 'public'::regnamespace), '.',
  (SELECT sum(hashtext(c.relname || a.attname || a.atttypid::text || a.attnotnull::text)) FROM pg_attribute a
     JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'public'::regnamespace AND NOT a.attisdropped), '.',
  (SELECT sum(hashtext(tgname || tgenabled::text)) FROM pg_trigger WHERE NOT tgisinternal), '.',
  (SELECT sum(hashtext(conname)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace))
"""

_SEND_AWAY = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def keep_rows(url: URL) -> None:
    """Notes the rows and the shape of a database as it is now."""
    with _connection(url) as connection:
        connection.execute(text(f"CREATE SCHEMA {KEEP}"))
        for table in _filled(connection, _tables(connection)):
            connection.execute(text(f'CREATE TABLE {KEEP}."{table}" AS TABLE public."{table}"'))
        connection.execute(text(f"CREATE TABLE {KEEP}.bezant_fingerprint AS SELECT ({_FINGERPRINT}) AS value"))


def put_back(url: URL) -> bool:
    """Puts the kept rows back and everything else out; false where the schema is not what it was."""
    with _connection(url) as connection:
        connection.execute(text(_SEND_AWAY))
        kept = connection.execute(text(f"SELECT value = ({_FINGERPRINT}) FROM {KEEP}.bezant_fingerprint")).scalar()
        if not kept:
            return False
        connection.execute(text("SET session_replication_role = replica"))  # neither triggers nor foreign keys
        tables = _tables(connection)
        for table in _filled(connection, tables):
            connection.execute(text(f'DELETE FROM public."{table}"'))
        for table in _tables(connection, KEEP):
            if table in tables:
                connection.execute(text(f'INSERT INTO public."{table}" OVERRIDING SYSTEM VALUE SELECT * FROM {KEEP}."{table}"'))
        for (sequence,) in connection.execute(text("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")).all():
            connection.execute(text(f'ALTER SEQUENCE public."{sequence}" RESTART'))
        return True


def _connection(url: URL) -> Connection:
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect()


def _tables(connection: Connection, schema: str = "public") -> list[str]:
    return list(connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = :schema"), {"schema": schema}).scalars())


def _filled(connection: Connection, tables: list[str]) -> list[str]:
    """Those of the tables that hold a row."""
    if not tables:
        return []
    questions = " UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT 1 FROM public.\"{t}\")" for t in tables)
    return list(connection.execute(text(questions)).scalars())
