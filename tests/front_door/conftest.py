"""The same houses with other settings as the tests of the JSON doors use."""

from tests.api.conftest import another_app

__all__ = ["another_app"]
