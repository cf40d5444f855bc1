"""Alembic's migrations of the record tables, run by `switchd.records.schema.migrate`.

Revisions are numbered: 0001, 0002, … A migration is never edited after a release, and imports
nothing of ours: the models move on, it does not.
"""
