"""The service's speed against its limit: the same rows and answers as hand-written SQL behind bare WSGI."""
