"""Local files and signals: claims, data directories, the registry of running servers."""
