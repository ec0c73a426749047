"""What must hold beside the tests: the addon's life in a database, and the host's own tests."""
