"""Connections that are refused or kept safe, names and words that are nasty, and secrets that stay so."""
