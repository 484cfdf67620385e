"""Kind C: text that real programs send."""
