"""Speed as a ratio to what the databases themselves allow, measured in one run on one machine."""
