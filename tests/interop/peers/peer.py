"""A client and a server of Python's ssl module.

peer.py client PORT ROOT [CHAIN KEY]    prints the version, the suite and the page; shows a certificate, if given one
peer.py server PORT CHAIN KEY [ROOT]    answers each request with "Hello from Python"; with ROOT, to clients with a
                                        certificate of it alone
"""
import http.server
import socket
import ssl
import sys


def client(port, root, own):
    context = ssl.create_default_context(cafile=root)
    if own:
        context.load_cert_chain(*own)
    context.set_alpn_protocols(["http/1.1"])
    with socket.create_connection(("127.0.0.1", port)) as tcp:
        with context.wrap_socket(tcp, server_hostname="localhost") as tls:
            print(tls.version(), tls.cipher()[0], tls.selected_alpn_protocol())
            tls.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            while data := tls.recv(65536):
                sys.stdout.write(data.decode())


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
    for root in roots:
        context.load_verify_locations(root)
        context.verify_mode = ssl.CERT_REQUIRED
    httpd = http.server.HTTPServer(("127.0.0.1", port), Handler)
    httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
    httpd.serve_forever()


if sys.argv[1] == "client":
    client(int(sys.argv[2]), sys.argv[3], sys.argv[4:])
else:
    server(int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5:])
