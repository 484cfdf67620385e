"""The commands: a module has those of one noun or duty."""
