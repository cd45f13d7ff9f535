"""Pyojeong reads emotion in text, faces and film, and gives it a face."""
