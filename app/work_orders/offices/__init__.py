"""What offices deal with each other about an order 单位之间: each a record beside its status."""
