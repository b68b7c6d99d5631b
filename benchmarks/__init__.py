"""What Loopbank claims about its speed, measured with one command beside raw pgbench: `make bench`."""
