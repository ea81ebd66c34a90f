"""What goes out: a plan for each project, its sealed workbook, and the lists that shape it."""
