"""The baseline: a bare Falcon hello on Waitress, with the settings of our workers."""

import logging
import socket

import falcon
import waitress
from bambleweeny.config import load_config


class Hello:
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.content_type = "text/plain"
        resp.data = b"hello"


def main() -> None:
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    app = falcon.App()
    app.add_route("/", Hello())
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    config = load_config({}, {})
    print(f"URL http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    waitress.serve(
        app,
        sockets=[listener],
        threads=config.threads + config.max_waits,
        connection_limit=10_000,
        asyncore_use_poll=True,
        backlog=1024,
        ident=None,
        _quiet=True,
    )


if __name__ == "__main__":
    main()
