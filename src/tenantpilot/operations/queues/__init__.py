"""The queues that wake workers up, behind one protocol."""
