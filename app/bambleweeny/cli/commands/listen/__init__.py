"""`listen`: forward the requests of a bin to a URL, such as one on this machine."""
