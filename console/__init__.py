"""The operations console: pages rendered on the server, which work without JavaScript and load nothing from elsewhere."""
