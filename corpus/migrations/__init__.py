"""The history of the catalogue's tables, for Alembic."""
