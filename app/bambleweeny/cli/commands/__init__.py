"""The commands, with a module for each noun or duty."""
