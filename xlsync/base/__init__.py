"""What every room stands on: errors, problems, records, grids, files, processes."""
