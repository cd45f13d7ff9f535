"""Labels for pictures from the emotion words in their names and captions."""
