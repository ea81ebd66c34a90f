"""Reports as workbooks, in one house style for all of them."""
