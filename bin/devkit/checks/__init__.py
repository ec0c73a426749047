"""What must hold beside the tests: installing, updating, upgrading, uninstalling, and the host's own tests."""
