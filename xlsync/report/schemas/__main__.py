"""Write the schemas of all outputs into a folder: ``python -m xlsync.report.schemas FOLDER``."""

import sys
from pathlib import Path

from xlsync.report.schemas import write_schemas

write_schemas(Path(sys.argv[1]))
