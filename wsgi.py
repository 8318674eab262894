"""What gunicorn serves: `gunicorn wsgi:app`."""

import click
from werkzeug.middleware.proxy_fix import ProxyFix

from app import create_app
from config import Settings, SettingsError

try:
    app = create_app(Settings.from_environment())
except SettingsError as error:
    # The command line shows these to a person as they are, without the way through the code that led here.
    raise click.ClickException(str(error)) from None
# gunicorn listens on this machine alone, so whoever is not here comes through the one proxy before it; without this
# all of them would have one address, and the limits by address would count the whole city as one caller.
app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]
