"""The commands that run a server, or work on its data without one."""
