"""The documentation over HTTP: the contract, the guide and the API reference."""
