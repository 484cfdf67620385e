"""`mock`: a server whose root is the mock API that files describe."""
