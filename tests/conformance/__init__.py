"""What every engine must do: its types' edges, random schemas, round trips, and what is known to come back changed."""
