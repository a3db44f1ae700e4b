"""What values mean: logical types, tables, names, defaults, losses, canonical text. Knows no database."""
