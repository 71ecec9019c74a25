"""The operations console: pages made on the server, which need no JavaScript and load nothing from elsewhere."""
