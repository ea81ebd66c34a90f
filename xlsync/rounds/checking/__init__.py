"""What people of the house check: audits, warnings to be ticked off, reviews on workbooks."""
