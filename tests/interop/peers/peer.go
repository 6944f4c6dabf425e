// A client and a server of Go's crypto/tls.
//
//	peer client PORT ROOT            prints the version, the suite and the page
//	peer server PORT CHAIN KEY       answers each request with "Hello from Go"
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
)

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func client(port, root string) {
	pem, err := os.ReadFile(root)
	fail(err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	config := &tls.Config{RootCAs: pool, ServerName: "localhost", NextProtos: []string{"http/1.1"}}
	tcp, err := net.Dial("tcp", "127.0.0.1:"+port)
	fail(err)
	connection := tls.Client(tcp, config)
	fail(connection.Handshake())
	state := connection.ConnectionState()
	fmt.Printf("%#x %s %s\n", state.Version, tls.CipherSuiteName(state.CipherSuite), state.NegotiatedProtocol)
	fmt.Fprintf(connection, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	body, err := io.ReadAll(connection)
	fail(err)
	fmt.Print(string(body))
}

func main() {
	if os.Args[1] == "client" {
		client(os.Args[2], os.Args[3])
		return
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "Hello from Go") })
	fail(http.ListenAndServeTLS("127.0.0.1:"+os.Args[2], os.Args[3], os.Args[4], nil))
}
