"""The report as one HTML page: self-contained, readable on a phone and on paper, and safe whatever a database holds."""
