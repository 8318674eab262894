"""Starting and running it: the supervisor, the phone build, what a fresh machine needs."""
