"""The database: models, exact column types, the unit of work, protection by triggers, migrations."""
