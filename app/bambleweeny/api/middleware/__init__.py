"""What every request passes through: the gate, the access log, the error handlers."""
