"""What other coordinators did, joined into the repository."""
