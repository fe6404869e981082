"""What an office keeps beside its cases."""
