"""Official performance-goal forms as Excel workbooks, canonical JSON and history."""

__version__ = "0.1.0"
