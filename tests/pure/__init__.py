"""Tests of what can be computed without a connection."""
