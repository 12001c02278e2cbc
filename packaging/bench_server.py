"""The server that the sending jobs of the bench send to: takes everything, keeps nothing, answers like SES API v2.

    python packaging/bench_server.py SECONDS

It prints its port, and answers each request so many seconds after its last octet.
"""

import socket
import sys
import threading
import time

_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-amzn-RequestId: r\r\nContent-Length: 17\r\n\r\n"
    b'{"MessageId":"1"}'
)
_BUFFER_OCTETS = 1 << 20


def serve(connection: socket.socket, seconds: float) -> None:
    """Answer one connection until it ends."""
    buffer = memoryview(bytearray(_BUFFER_OCTETS))
    kept = b""
    with connection:
        while True:
            while b"\r\n\r\n" not in kept:
                count = connection.recv_into(buffer)
                if not count:
                    return
                kept += bytes(buffer[:count])
            head, _, kept = kept.partition(b"\r\n\r\n")
            lines = head.lower().split(b"\r\n")
            missing = next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))
            missing -= len(kept)
            while missing > 0:
                missing -= connection.recv_into(buffer)
            kept = b""
            time.sleep(seconds)
            connection.sendall(_ANSWER)


def main(words: list[str]) -> None:
    """Serve until killed."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
        print(listening.getsockname()[1], flush=True)
        while True:
            connection, _ = listening.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve, args=(connection, float(words[0])), daemon=True).start()


if __name__ == "__main__":
    main(sys.argv[1:])
