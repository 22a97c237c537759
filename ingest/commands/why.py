"""``alentours why``: the rows behind a service, and why they were joined."""

from __future__ import annotations

from typing import Annotated

import typer

from ingest.settings import load_build_settings

__all__ = ["why"]


def why(
    service: Annotated[str, typer.Argument(help="Id of a service, or of a row that was merged into one.")],
    territory: Annotated[str, typer.Option(help="Code of the territory: 00, 71, 2A…")] = "00",
) -> None:
    """Print the rows behind a service of the published snapshot, and why they were joined."""
    from ingest.store import open_store  # noqa: PLC0415 - so that the other commands start at once
    from ingest.why import account_for, in_words  # noqa: PLC0415

    with open_store(load_build_settings().store_target) as store:
        account = account_for(store, territory, service)
    found = account.service
    if account.merged:
        typer.echo(f"{account.asked} was merged into {found.id}")
    typer.echo(f"{found.id}: {found.name or '(no name)'}, {found.category}, commune {found.insee or 'unknown'}")
    for row in account.rows:
        of = row.provenance
        typer.echo(f"\n  {row.id}")
        typer.echo(f"    {row.source_title}, row {of.local_id}, {of.data_date}, {of.licence.label}")
        if row.lon is not None and row.lat is not None:
            typer.echo(f"    {row.name or '(no name)'}, at {row.lon:.6f}, {row.lat:.6f}")
        if row.joined is not None:
            typer.echo(f"    joined: {in_words(row.joined)}")
        elif row.id == found.id:
            typer.echo("    gives the service's name, position and all its other fields")
