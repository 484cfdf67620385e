"""Arguments that commands share: values, files, options of keys, listings."""
