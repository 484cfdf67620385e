"""Reading requests: authentication, parameters, bodies, conditions, long polls."""
