"""What this WeChat tells the service: events and messages, queued, sealed, sent up to three times."""
