"""``alentours why``: the rows behind a service, why they were joined, and which of them gives what."""

from __future__ import annotations

from typing import Annotated

import typer

from ingest.settings import load_build_settings

__all__ = ["why"]


def why(
    service: Annotated[str, typer.Argument(help="Id of a service, or of a row that was merged into one.")],
    territory: Annotated[str, typer.Option(help="Code of the territory: 00, 71, 2A…")] = "00",
) -> None:
    """Print the rows behind a service of the published snapshot, why they were joined, and which gives what."""
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
            typer.echo(f"    joined: {in_words(row.joined, found.id)}")
        elif row.id == found.id:
            typer.echo("    gives the service's id, category, commune, and all that no other row gives")
    typer.echo("\n  what it shows, and who says so")
    for told in account.told:
        giver = "" if told.giver is None else f" [{told.giver.source} {told.giver.local_id}]"
        typer.echo(f"    {told.property}: {told.value or '(none: no row of its licence says)'}{giver}")
        for other in told.otherwise:
            typer.echo(f"      otherwise: {other.value} [{other.source} {other.local_id}]")
