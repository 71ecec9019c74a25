"""The `perennial` command. Exit status: 0 done, 1 refused or failed (the reason on stderr), 2 bad usage."""

import typer

from cli import (
    acting,
    advancing,
    alarms,
    bulk,
    buying,
    coming,
    doctor,
    explaining,
    keys,
    ledger,
    legal,
    looking,
    methods,
    operators,
    partners,
    pausing,
    portfolios,
    quoting,
    rules,
    seat_use,
    serving,
    webhooks,
)
from cli.usage import Commands

app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
)
app.info.help = "Renewals of subscriptions that run by themselves."

app.command()(serving.up)
app.command()(serving.worker)
app.command()(serving.web)
app.command()(serving.migrate)
app.command(name="import")(portfolios.import_folder)
app.command(name="go-live")(portfolios.take_live)
app.command(name="rehearse")(portfolios.rehearse_folder)
app.command()(advancing.advance)
app.command()(ledger.ledger)
app.command()(legal.legal)
app.command()(pausing.pause)
app.command()(pausing.resume)
app.command()(pausing.pauses)
app.command()(rules.policies)
app.command()(rules.prices)
app.command()(doctor.doctor)
app.add_typer(keys.app, name="api-key")
app.add_typer(methods.app, name="payment-method")
app.add_typer(operators.app, name="operator")
app.add_typer(partners.app, name="partner")
app.add_typer(seat_use.app, name="usage")
app.add_typer(alarms.app, name="alarms")
app.add_typer(webhooks.app, name="webhook")
app.command(name="forecast")(coming.show_forecast)
app.command(name="show")(looking.show)
app.command(name="list")(looking.list_subscriptions)
app.command(name="explain")(explaining.explain)
app.command(name="show-quote")(quoting.show_one_quote)
app.command(name="bulk-renew")(bulk.bulk_renew)
for command in (*acting.ALL, *buying.ALL, *quoting.ALL):
    app.command(name=command.__name__.replace("_", "-"))(command)
