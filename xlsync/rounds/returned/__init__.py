"""What comes back: files read, attributed and settled, and what is returned for correction."""
