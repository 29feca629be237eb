"""The project: settings, addresses, middleware and the look of every page."""
