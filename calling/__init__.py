"""What joins flows, providers and storage: placing a call, following it, practising it."""
