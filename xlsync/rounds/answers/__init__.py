"""Which answer to a record counts: what came, what a coordinator said, what both come to."""
