"""Where this machine can be reached by others."""

import socket


def local_addresses() -> list[str]:
    """Give the machine's own IPv4 addresses that phones on the same network could open, the likeliest first."""
    addresses: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a datagram socket sends nothing; it only makes the kernel choose the outgoing address.
            probe.connect(("192.0.2.1", 9))
            addresses.append(probe.getsockname()[0])
        except OSError:
            pass
    return [address for address in addresses if not address.startswith("127.")]
