package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/coder/websocket"
)

func upstream() http.Handler {
	releases := &releases{waiting: map[string]chan struct{}{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/small", small)
	mux.HandleFunc("/empty", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/large", large)
	mux.HandleFunc("/stream", stream)
	mux.HandleFunc("/echo", echo)
	mux.HandleFunc("/refuse", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	mux.HandleFunc("/hints", hints)
	mux.HandleFunc("/trailers", trailers)
	mux.HandleFunc("/cut", cut)
	mux.HandleFunc("/cut-stream", cut)
	mux.HandleFunc("/vanish", vanish)
	mux.HandleFunc("/events", releases.events)
	mux.HandleFunc("/release", releases.release)
	mux.HandleFunc("/ws", webSocket)
	mux.HandleFunc("/api/claude/tasks", create)
	return mux
}

func small(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Add("Set-Cookie", "a=1")
	w.Header().Add("Set-Cookie", "b=2")
	io.WriteString(w, "small\n")
}

func sizeOf(r *http.Request) int {
	size, _ := strconv.Atoi(r.URL.Query().Get("n"))
	return size
}

func large(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(sizeOf(r)))
	w.Write(body(sizeOf(r)))
}

func stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/octet-stream")
	http.NewResponseController(w).Flush()
	w.Write(body(sizeOf(r)))
}

func framing(r *http.Request) string {
	if len(r.TransferEncoding) > 0 {
		return r.TransferEncoding[0]
	}
	return "length"
}

func sendJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(value)
}

func echo(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	sendJSON(w, http.StatusOK, map[string]any{
		"method": r.Method, "bytes": len(data), "intact": isIntact(data), "framing": framing(r),
		"trailer": r.Trailer.Get("X-Sent")})
}

func create(w http.ResponseWriter, r *http.Request) {
	data, _ := io.ReadAll(r.Body)
	sendJSON(w, http.StatusCreated, map[string]any{
		"status": "error", "task_id": "1", "bytes": len(data), "framing": framing(r)})
}

func hints(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Link", "</style.css>; rel=preload")
	w.WriteHeader(http.StatusEarlyHints)
	w.Header().Del("Link")
	io.WriteString(w, "hints\n")
}

func trailers(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Trailer", "X-Sum")
	io.WriteString(w, "trailers\n")
	http.NewResponseController(w).Flush()
	w.Header().Set("X-Sum", "37")
}

// Half of what is promised.
func cut(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/cut" {
		w.Header().Set("Content-Length", strconv.Itoa(sizeOf(r)))
	}
	w.Write(body(sizeOf(r) / 2))
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// A whole answer, and then the end of a connection that was not said to end.
func vanish(w http.ResponseWriter, _ *http.Request) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nvanish\n")
	connection.Close()
}

// Event streams whose second event comes when somebody asks for it.
type releases struct {
	mutex   sync.Mutex
	waiting map[string]chan struct{}
}

func (r *releases) of(key string) chan struct{} {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.waiting[key] == nil {
		r.waiting[key] = make(chan struct{}, 1)
	}
	return r.waiting[key]
}

func (r *releases) events(w http.ResponseWriter, request *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprint(w, "data: 1\n\n")
	http.NewResponseController(w).Flush()
	select {
	case <-r.of(request.URL.Query().Get("key")):
		fmt.Fprint(w, "data: 2\n\n")
	case <-request.Context().Done():
	}
}

func (r *releases) release(w http.ResponseWriter, request *http.Request) {
	r.of(request.URL.Query().Get("key")) <- struct{}{}
	w.WriteHeader(http.StatusNoContent)
}

func webSocket(w http.ResponseWriter, r *http.Request) {
	connection, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"interop"}})
	if err != nil {
		return
	}
	connection.SetReadLimit(-1)
	for {
		kind, message, err := connection.Read(r.Context())
		if err != nil {
			return
		}
		if string(message) == "close" {
			connection.Close(4001, "as asked")
			return
		}
		connection.Write(r.Context(), kind, message)
	}
}
