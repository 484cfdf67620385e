"""What the program keeps on its machine: claims, data directories, running servers, signals."""
