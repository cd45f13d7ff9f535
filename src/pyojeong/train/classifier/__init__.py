"""Train a picture classifier: typed settings, one Lightning loop, a run folder others can read."""
