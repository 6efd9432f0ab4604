"""The demo: its servers, its clients, and what starts and steers them."""
