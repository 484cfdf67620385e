"""The rules, one package or module for each noun. They use the store and know no HTTP."""
