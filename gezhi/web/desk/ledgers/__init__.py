"""What is made of the ledger: months that freeze, large files, forms that others send."""
