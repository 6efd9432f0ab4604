"""The HTTP server: connections, requests, the threads that answer them."""
