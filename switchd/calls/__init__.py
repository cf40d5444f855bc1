"""One greenlet and one mailbox per call: an event comes in, what routing.callflow says is done."""
