"""The desk's pages of the whole network, each part its own addresses (docs/the-whole-network.md)."""
