"""What a round has accepted, for other programs: workbook, parquet, text, dataset and sums."""
