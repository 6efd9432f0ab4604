"""Wireglass's dashboard: shows a capture in the browser, even while the capture grows.

session = Session.of_file("a.pcapng")       # or of_replay(path, speed), of_spool(path, interface, statistics, lab)
dashboard = Dashboard(session, listen(0))   # 127.0.0.1, any free port
print(dashboard.url)                        # contains the key that lets a browser in
dashboard.serve_forever()                   # until dashboard.shutdown() or KeyboardInterrupt
"""

from web.app import create_app
from web.auth.keyring import Keyring
from web.dashboard import Dashboard, serve
from web.server.http_server import Server, listen
from web.session.session import Session

__all__ = ["Dashboard", "Keyring", "Server", "Session", "create_app", "listen", "serve"]
