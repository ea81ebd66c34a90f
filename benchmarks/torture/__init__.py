"""What the world may do to a file, a repository or a run, tried on the product and published."""
