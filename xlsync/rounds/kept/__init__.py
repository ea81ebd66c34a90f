"""What the repository keeps of a round, as typed documents with one reader each."""
