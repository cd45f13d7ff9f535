"""Reports on the faces of many pictures: read once, kept in a journal, written in several formats."""
