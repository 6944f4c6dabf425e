"""A client and a server of Python's ssl module.

peer.py client PORT ROOT [CHAIN KEY]    prints the version, the suite, the protocol and the page; shows a certificate,
                                        if given one
peer.py resume PORT ROOT VERSION        visits twice; prints the second time's version and whether it resumed
peer.py server PORT CHAIN KEY [ROOT]    answers each request with "Hello from Python"; over secp384r1 alone, or
                                        with ROOT, to clients with a certificate of it alone
"""
import http.server
import socket
import ssl
import sys


def configuration(root):
    context = ssl.create_default_context(cafile=root)
    context.set_alpn_protocols(["http/1.1"])
    return context


def visit(port, context, session=None):
    """Gives the connection, closed, and all that was read."""
    with socket.create_connection(("127.0.0.1", port)) as tcp:
        with context.wrap_socket(tcp, server_hostname="localhost", session=session) as tls:
            about = (tls.version(), tls.cipher()[0], tls.selected_alpn_protocol())
            tls.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            page = b""
            while data := tls.recv(65536):
                page += data
            return about, page, tls.session, tls.session_reused


def client(port, root, own):
    context = configuration(root)
    if own:
        context.load_cert_chain(*own)
    about, page, _, _ = visit(port, context)
    print(*about)
    print(page.decode())


def resume(port, root, version):
    context = configuration(root)
    context.maximum_version = ssl.TLSVersion.TLSv1_2 if version == "1.2" else ssl.TLSVersion.TLSv1_3
    _, _, session, _ = visit(port, context)
    about, _, _, resumed = visit(port, context, session)
    print(about[0], "resumed:", str(resumed).lower())


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"Hello from Python\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def server(port, chain, key, roots):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    context.set_alpn_protocols(["http/1.1"])
    if not roots:  # whose keys would have to be on the curve, too
        context.set_ecdh_curve("secp384r1")
    for root in roots:
        context.load_verify_locations(root)
        context.verify_mode = ssl.CERT_REQUIRED
    httpd = http.server.HTTPServer(("127.0.0.1", port), Handler)
    httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
    httpd.serve_forever()


if sys.argv[1] == "client":
    client(int(sys.argv[2]), sys.argv[3], sys.argv[4:])
elif sys.argv[1] == "resume":
    resume(int(sys.argv[2]), sys.argv[3], sys.argv[4])
else:
    server(int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5:])
