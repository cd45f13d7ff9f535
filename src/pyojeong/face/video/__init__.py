"""Faces of a film: followed, read, smoothed in time, written as tables and drawn into a copy."""
