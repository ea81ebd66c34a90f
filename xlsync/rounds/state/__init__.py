"""Where a round stands, read from what is kept: statuses, receipts, notices, exports, changes."""
