"""Learn to find and cut out characters: a small network of the house's own."""
