"""What all topics share: the report, the observations, and the set-up of sockets."""
