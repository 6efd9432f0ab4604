"""What is on show, and the changes that pages are told of."""
