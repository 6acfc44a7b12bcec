"""A year of an office in a minute: the real counter, lifecycle, outbox and sender, with no wire to anybody."""
