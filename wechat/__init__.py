"""WeChat: the client of its server API, its emulator and the phone. Imports nothing of the service."""
