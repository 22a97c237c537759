"""What people meet: the HTTP API, the pages, the command line, the report."""

from importlib.metadata import version

__version__ = version("alentours")
