"""The rules, one module per noun. Speaks through the store; knows no HTTP."""
