"""What all live tests share: the cluster that run.py started."""

cluster = None
