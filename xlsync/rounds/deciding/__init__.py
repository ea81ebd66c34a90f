"""What a coordinator decides about records and conflicts, and what is taken back."""
