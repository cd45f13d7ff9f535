"""An original cartoon, drawn from a seed, with the truth about every frame."""
