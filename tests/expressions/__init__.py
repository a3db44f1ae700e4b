"""Expressions with the same value on every engine: translated, then computed on real servers over the same rows."""
