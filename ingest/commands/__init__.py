"""The commands of ``ingest``, one room each; :mod:`ingest.cli` names them all."""
