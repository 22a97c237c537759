"""What people meet: the HTTP API, the pages, the command line, the report."""
