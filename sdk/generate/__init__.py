"""Makes what the SDKs know of the API from its own description: `make sdks`."""
