// The peers of the Go world: a client (net/http), an upstream (net/http) and an ingress (httputil.ReverseProxy).
// What they speak with the suite is told in docs/interop.md.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
)

// Its length is a prime: a buffer that is lost or doubled shifts it.
const pattern = "0123456789abcdefghijklmnopqrstuvwxyz\n"

func body(size int) []byte {
	return bytes.Repeat([]byte(pattern), size/len(pattern)+1)[:size]
}

func isIntact(data []byte) bool { return bytes.Equal(data, body(len(data))) }

func main() {
	switch word := os.Args[1]; word {
	case "client":
		serveOrders()
	case "upstream":
		listenAndServe(upstream())
	case "ingress":
		listenAndServe(ingress(os.Args[2]))
	case "version":
		fmt.Println(runtime.Version())
	default:
		panic("no such word: " + word)
	}
}

func listenAndServe(handler http.Handler) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	told, _ := json.Marshal(map[string]int{"port": listener.Addr().(*net.TCPAddr).Port})
	fmt.Println(string(told))
	panic(http.Serve(listener, handler))
}
