"""One greenlet and one mailbox per call: an event comes in, routing.callflow says what to do, it is done."""
