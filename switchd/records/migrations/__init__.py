"""Alembic's migrations of the record tables, run by `switchd.records.schema.migrate`.

Revisions are numbered: 0001, 0002, … Each is written by hand beside the change in tables.py; the
test of the schema prints what is still missing. A migration is never edited after a release, it
imports nothing of ours, since the models move on and it does not, and there is no way down: a
switchd that is older than its database refuses to start.
"""
