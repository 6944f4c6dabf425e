// A client with Encrypted ClientHello, of Go's crypto/tls (1.23 and newer).
//
//	ech PORT ROOT NAME CONFIGS    asks 127.0.0.1 for NAME with the configurations (base64), and prints whether they were
//	                              accepted, or what the server sent in their place
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
)

func main() {
	port, root, name, configs := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	pem, err := os.ReadFile(root)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	list, err := base64.StdEncoding.DecodeString(configs)
	if err != nil {
		panic(err)
	}
	connection, err := tls.Dial("tcp", "127.0.0.1:"+port, &tls.Config{
		RootCAs: roots, ServerName: name, MinVersion: tls.VersionTLS13, EncryptedClientHelloConfigList: list})
	var rejected *tls.ECHRejectionError
	if errors.As(err, &rejected) {
		fmt.Println("rejected", base64.StdEncoding.EncodeToString(rejected.RetryConfigList))
		return
	}
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	fmt.Println("accepted", connection.ConnectionState().ECHAccepted)
	connection.Close()
}
