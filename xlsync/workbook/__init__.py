"""What writer and reader agree on: manifest, helper sheets, check formulas, heights."""
