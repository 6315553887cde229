"""A web server on loopback that gives a folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread


class Handler(SimpleHTTPRequestHandler):
    """Gives files, never parts of them; ends after half of those that are called cut."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        """Say what there is."""
        if "forbidden" in self.path:
            self.send_error(403, "Not for you")
        else:
            super().do_HEAD()

    def do_GET(self) -> None:
        """Give a file, or half of it."""
        if "forbidden" in self.path:
            self.send_error(403, "Not for you")
        elif "cut" in self.path:
            content = Path(self.translate_path(self.path)).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
        else:
            super().do_GET()


class Server(ThreadingHTTPServer):
    """Says nothing of clients that have heard enough."""

    def handle_error(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def web_server(folder: Path) -> Iterator[str]:
    """Give the URL of a folder, without a slash at its end."""
    server = Server(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
