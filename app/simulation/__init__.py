"""A month of a city, played through the rooms in its own time: what people do, what falls due, what WeChat carries."""
