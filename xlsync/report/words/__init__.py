"""What was found, in words: lines for a console, tables, and JSON for programs."""
