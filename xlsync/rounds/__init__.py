"""Submission rounds, from the roster to the last answer: what goes out, comes back, is decided.

From the bottom: what the repository keeps (``kept``), which answer to a record counts
(``answers``), where a round stands (``state``), the lists that coordinators bring (``roster``),
what goes out (``sending``), what people check (``checking``), what comes back (``returned``), what
other coordinators did (``sharing``), and what a coordinator decides or takes back (``deciding``).
"""
