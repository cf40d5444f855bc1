"""What can go wrong with records, and whose fault it is."""

from __future__ import annotations


class RecordsError(Exception):
    """Something about the records; the message says what and what to do."""


class BadRecord(RecordsError, ValueError):
    """Ours: a record, or a kept line, that does not say what a record must say."""


class RecordRefused(RecordsError):
    """The record's: SQL answers and does not take it; trying again will not help."""


class StoreUnavailable(RecordsError):
    """SQL's: it cannot be reached or cannot write now; trying again later may help."""


class StoreUrlError(RecordsError, ValueError):
    """The admin's: the database URL is not one that records can be kept in."""


class SchemaTooNew(RecordsError):
    """The admin's: a newer switchd has migrated this database; this one must not touch it."""


class SpoolFull(RecordsError):
    """The spool has reached its limit, or the disk is full; the record was not taken."""


class SpoolInUse(RecordsError):
    """The admin's: another process works on the same spool folder."""
