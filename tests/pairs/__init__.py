"""Whole databases between every ordered pair of engines, compared through plain drivers and not by our own digests."""
