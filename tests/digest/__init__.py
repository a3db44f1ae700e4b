"""The same text of a row inside the databases and over Arrow."""
