"""Face detectors side by side on the same pictures."""
