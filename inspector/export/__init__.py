"""Files to take along: HAR, pcapng, Parquet; secrets are masked unless asked for."""
