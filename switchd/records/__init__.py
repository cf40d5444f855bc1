"""Finished calls in SQL, through a spool that loses nothing.

    migrate(url)                       once at the start             records.schema
    spool = Spool(folder)              takes a record at once        records.spool
    store = Store(url)                 SQLite or PostgreSQL          records.store
    writer = Writer(spool, store)      from the one to the other     records.writer
    writer.start()
    spool.append(record)               at the end of each call
    writer.flush(5), writer.stop(), spool.close(), store.close()     at the end

`spool.append` is all that a call waits for: one write to a file. It may raise SpoolFull, which
whoever ends the call must report with the record, since nobody else has it.
"""
