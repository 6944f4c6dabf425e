// A client and a server of Go's crypto/tls.
//
//	peer client PORT ROOT [CHAIN KEY]  prints the version, the suite, the protocol and the page; shows a certificate,
//	                                   if given one
//	peer resume PORT ROOT VERSION      visits twice; prints the second time's version and whether it resumed
//	peer server PORT CHAIN KEY [ROOT]  answers each request with "Hello from Go"; with ROOT, to clients with a
//	                                   certificate of it alone; with PEER_CURVE=P-384, over that alone
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
)

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func trusting(root string) *x509.CertPool {
	pem, err := os.ReadFile(root)
	fail(err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return pool
}

func certificates(chain, key string) []tls.Certificate {
	certificate, err := tls.LoadX509KeyPair(chain, key)
	fail(err)
	return []tls.Certificate{certificate}
}

func configuration(root string) *tls.Config {
	return &tls.Config{RootCAs: trusting(root), ServerName: "localhost", NextProtos: []string{"http/1.1"},
		ClientSessionCache: tls.NewLRUClientSessionCache(4)}
}

func visit(port string, config *tls.Config) (tls.ConnectionState, string) {
	tcp, err := net.Dial("tcp", "127.0.0.1:"+port)
	fail(err)
	connection := tls.Client(tcp, config)
	fail(connection.Handshake())
	fmt.Fprintf(connection, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	body, err := io.ReadAll(connection)
	fail(err)
	return connection.ConnectionState(), string(body)
}

func client(port, root string, own []string) {
	config := configuration(root)
	if len(own) == 2 {
		config.Certificates = certificates(own[0], own[1])
	}
	state, body := visit(port, config)
	fmt.Printf("%#x %s %s\n", state.Version, tls.CipherSuiteName(state.CipherSuite), state.NegotiatedProtocol)
	fmt.Print(body)
}

func resume(port, root, version string) {
	config := configuration(root)
	if version == "1.2" {
		config.MaxVersion = tls.VersionTLS12
	}
	visit(port, config)
	state, _ := visit(port, config)
	fmt.Printf("%#x resumed: %t\n", state.Version, state.DidResume)
}

// Speaks just enough HTTP: net/http would take long to compile.
func server(port, chain, key string, roots []string) {
	config := &tls.Config{Certificates: certificates(chain, key), NextProtos: []string{"http/1.1"}}
	if os.Getenv("PEER_CURVE") == "P-384" {
		config.CurvePreferences = []tls.CurveID{tls.CurveP384}
	}
	if len(roots) == 1 {
		config.ClientCAs = trusting(roots[0])
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:"+port, config)
	fail(err)
	for {
		connection, err := listener.Accept()
		fail(err)
		go answer(connection)
	}
}

func answer(connection net.Conn) {
	defer connection.Close()
	request := make([]byte, 4096)
	if _, err := connection.Read(request); err != nil {
		return
	}
	body := "Hello from Go\n"
	fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(body), body)
}

func main() {
	if os.Args[1] == "client" {
		client(os.Args[2], os.Args[3], os.Args[4:])
		return
	}
	if os.Args[1] == "resume" {
		resume(os.Args[2], os.Args[3], os.Args[4])
		return
	}
	server(os.Args[2], os.Args[3], os.Args[4], os.Args[5:])
}
