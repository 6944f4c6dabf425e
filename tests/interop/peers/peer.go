// A client and a server of Go's crypto/tls.
//
//	peer client PORT ROOT            prints the version, the suite and the page
//	peer resume PORT ROOT VERSION    visits twice; prints the second time's version and whether it resumed
//	peer server PORT CHAIN KEY       answers each request with "Hello from Go"
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

func configuration(root string) *tls.Config {
	pem, err := os.ReadFile(root)
	fail(err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &tls.Config{RootCAs: pool, ServerName: "localhost", NextProtos: []string{"http/1.1"},
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

func client(port, root string) {
	state, body := visit(port, configuration(root))
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
func server(port, chain, key string) {
	certificate, err := tls.LoadX509KeyPair(chain, key)
	fail(err)
	listener, err := tls.Listen("tcp", "127.0.0.1:"+port,
		&tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}})
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
		client(os.Args[2], os.Args[3])
		return
	}
	if os.Args[1] == "resume" {
		resume(os.Args[2], os.Args[3], os.Args[4])
		return
	}
	server(os.Args[2], os.Args[3], os.Args[4])
}
