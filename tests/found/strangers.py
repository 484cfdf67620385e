"""Kind D: load by strangers and tenants."""
