"""``python -m xlsync``: the command line where its script is not on the PATH."""

from xlsync.cli import main

main()
