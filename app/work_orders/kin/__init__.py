"""Orders that belong together: merged into one 并案, or split off one 拆分."""
