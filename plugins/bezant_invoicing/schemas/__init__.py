"""What pages and the REST API read and write, and the lists that both show."""
