"""The product as it is installed and run: settings, commands, server, worker, backup and restore."""
