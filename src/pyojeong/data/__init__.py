"""Labelled pictures: import, clean, split, label automatically, compare."""
