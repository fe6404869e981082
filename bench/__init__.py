"""The benchmarks of a source checkout: `gezhi bench [NAME…]`. Real processes, a scratch office, ratios taken in one run."""
