"""The demo: its servers, its clients, and the code that starts and controls them."""
