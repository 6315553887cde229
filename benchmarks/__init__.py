"""What stftcli costs, beside its peers and the limits of the machine: ``python -m benchmarks``."""
