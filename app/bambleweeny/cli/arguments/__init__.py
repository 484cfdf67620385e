"""What commands have in common: values, files, options of keys, listings."""
