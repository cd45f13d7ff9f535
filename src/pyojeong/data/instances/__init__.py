"""Pictures whose figures were outlined by people: sets for instance segmentation."""
