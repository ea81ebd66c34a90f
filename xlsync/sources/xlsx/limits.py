"""Every limit of the .xlsx reader, each with the reason for its size.

A filled form has some 600 cells in 200 kB of XML. The limits leave room for the largest honest
workbook that we can imagine (a roster of the whole province, a sheet formatted far beyond its
last row) and still end every hostile one within seconds and 200 MB of memory. There is no limit on
the compression ratio: an honest sheet of formatted blank rows packs 100 to 1.
"""

from typing import Final

# The file as received. Forms are 20 to 200 kB; pasted scans make some reach 20 MB. The bytes stay
# in memory while the file is read, so this is a part of the 200 MB.
MAX_FILE_BYTES: Final = 32 * 1024 * 1024

# Entries of the zip directory. One costs about 1 kB of memory once it is read.
# A workbook of 300 sheets with their drawings has about 1,500.
MAX_MEMBERS: Final = 10_000

# Bytes of XML unpacked from all parts that are read. A sheet whose rows are formatted down to the
# last one takes 60 MB, with eight formatted cells in each 250 MB; such rows are taken out at 60 to
# 80 MB a second (blank_rows), and all else runs into another limit long before.
MAX_UNPACKED_BYTES: Final = 256 * 1024 * 1024

# Bytes of XML that the parser gets to see; blanks alone take it two seconds.
MAX_PARSED_BYTES: Final = 128 * 1024 * 1024

# How much is unpacked at a time: large enough that a form's sheet takes two or three rounds.
CHUNK_BYTES: Final = 64 * 1024

# A part up to this size is looked at as a whole, which is several times faster than piece by piece
# and takes some ten times its size in memory for a moment. A form's sheet has 40 kB.
MAX_WHOLE_BYTES: Final = 2 * 1024 * 1024

# Parts that come in file after file are remembered, the bytes of all together; their cells take
# up to 16 times as much memory. What belongs to one form and one program has some 200 kB.
MAX_REMEMBERED_BYTES: Final = 2 * 1024 * 1024

# The moulds of sheets that are remembered, with all that was read of them. The sheets of one form
# take 2 MB as the most verbose program writes them, in two or three ways.
MAX_MOULD_BYTES: Final = 16 * 1024 * 1024

# What a cell takes, about, with its place and what else is said of it.
CELL_BYTES: Final = 350

# Opening brackets (start tags, end tags, comments) in all parts; they and the next cost the time.
# A million takes up to two seconds. A cell with a shared string of its own has eight.
MAX_TAGS: Final = 1_000_000

# Equals signs, which is to say attributes. A million takes 0.4 seconds. A cell has three, and half
# a million formatted blank rows have 2.5 million.
MAX_ATTRIBUTES: Final = 3_000_000

# Bytes of one tag, comment or processing instruction. Unlike text, expat must hold these whole
# and scans them again with each chunk. The longest tag seen in real files has 2 kB.
MAX_TOKEN_BYTES: Final = 1024 * 1024

# Elements inside each other; each open one costs memory. SpreadsheetML needs about 10,
# drawings with nested groups about 30.
MAX_DEPTH: Final = 200

# Pieces of one rich text. Excel's longest text has 32,767 characters, so no more pieces.
MAX_RUNS: Final = 50_000

# Characters of text: every shared string once, every cell that refers to one again (a long string
# that all cells share would blow up whatever is made of the cells), formulas and comments.
# The texts of a form have 5,000, those of a hundred forms half a million.
MAX_TEXT: Final = 8_000_000

# Characters of shared formulas made out for the cells that share them; a million takes one to
# two seconds. A roster of 10,000 rows with three short formulas each has as many.
MAX_SHIFTED: Final = 1_000_000

# Shared strings in the table, blank ones included; one costs about 60 bytes without its text.
MAX_STRINGS: Final = 500_000

# Cells that hold something, in all sheets, each of CELL_BYTES. A hundred forms in one file have
# 60,000.
MAX_CELLS: Final = 100_000

# Sheets of a workbook. Coordinators join some hundred forms in one file.
MAX_SHEETS: Final = 1_000

# Small things: cell formats, merges, comments, names, relationships, properties. Workbooks that
# went through many hands reach Excel's own limit of 65,490 cell formats.
MAX_ENTRIES: Final = 100_000

# Things reported one by one because they have no place in the grid (double cells, text boxes).
# A file with more of them is not a form with a slip but a broken file.
MAX_STRAYS: Final = 1_000
