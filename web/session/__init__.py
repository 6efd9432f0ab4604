"""The capture that the dashboard shows, and the deltas for its pages."""
