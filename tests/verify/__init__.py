"""Verification: what differs is found and named, what does not is not."""
