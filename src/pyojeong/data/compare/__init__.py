"""Why a model trained on one set of pictures fails on another."""
