"""Faults of servers and networks while a copy runs."""
