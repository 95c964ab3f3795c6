"""How convolutional networks see: the library under the pages."""
