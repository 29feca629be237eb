"""An app of a project that has users of its own, with texts for keys."""
