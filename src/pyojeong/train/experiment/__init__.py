"""Comparisons: many runs of `pyojeong.train.classifier` from one grid file, ranked and reported."""
