package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"strings"
	"time"

	"github.com/coder/websocket"
)

type request struct {
	Method  string
	Path    string
	Body    *int
	Framing string
	Expect  bool
	Trailer bool
}

type order struct {
	Op       string
	Base     string
	Requests []request
	Path     string
	Release  string
}

type seen map[string]any

func serveOrders() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var wanted order
		if err := json.Unmarshal(lines.Bytes(), &wanted); err != nil {
			panic(err)
		}
		told, err := carryOut(wanted)
		if err != nil {
			told = seen{"error": err.Error()}
		}
		line, _ := json.Marshal(told)
		fmt.Println(string(line))
	}
}

func carryOut(wanted order) (seen, error) {
	switch wanted.Op {
	case "exchange":
		return exchange(wanted)
	case "events":
		return events(wanted)
	case "websocket":
		return speakWebSocket(wanted)
	}
	return seen{"cannot": wanted.Op}, nil
}

func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Minute, DisableCompression: true}}
}

func exchange(wanted order) (seen, error) {
	client := newClient()
	defer client.CloseIdleConnections()
	answers := []seen{}
	connections := 0
	for _, one := range wanted.Requests {
		answer, err := ask(client, wanted.Base, one, &connections)
		if err != nil {
			return nil, err
		}
		answers = append(answers, answer)
	}
	return seen{"answers": answers, "connections": connections}, nil
}

func ask(client *http.Client, base string, one request, connections *int) (seen, error) {
	continued := false
	hints := []string{}
	trace := &httptrace.ClientTrace{
		GotConn: func(got httptrace.GotConnInfo) {
			if !got.Reused {
				*connections++
			}
		},
		Got100Continue: func() { continued = true },
		Got1xxResponse: func(status int, header textproto.MIMEHeader) error {
			if status == http.StatusEarlyHints {
				hints = append(hints, header.Get("Link"))
			}
			return nil
		},
	}
	sent, err := outgoing(httptrace.WithClientTrace(context.Background(), trace), base, one)
	if err != nil {
		return nil, err
	}
	got, err := client.Do(sent)
	if err != nil {
		return nil, err
	}
	defer got.Body.Close()
	data, err := io.ReadAll(got.Body)
	if err != nil {
		return nil, err
	}
	answer := describe(got, data)
	answer["continued"] = continued
	answer["hints"] = hints
	answer["trailer"] = got.Trailer.Get("X-Sum")
	return answer, nil
}

func outgoing(ctx context.Context, base string, one request) (*http.Request, error) {
	var content io.Reader
	if one.Body != nil {
		content = bytes.NewReader(body(*one.Body))
	}
	if one.Framing == "chunked" {
		content = io.MultiReader(content) // of no known length
	}
	sent, err := http.NewRequestWithContext(ctx, one.Method, base+one.Path, content)
	if err != nil {
		return nil, err
	}
	if one.Expect {
		sent.Header.Set("Expect", "100-continue")
	}
	if one.Trailer {
		sent.Trailer = http.Header{"X-Sent": {"37"}}
	}
	return sent, nil
}

func describe(got *http.Response, data []byte) seen {
	fields := map[string][]string{}
	for name, values := range got.Header {
		fields[strings.ToLower(name)] = values
	}
	answer := seen{"status": got.StatusCode, "fields": fields, "bytes": len(data), "intact": isIntact(data)}
	if len(data) <= 1000 {
		answer["text"] = string(data)
	}
	return answer
}

func events(wanted order) (seen, error) {
	client := newClient()
	defer client.CloseIdleConnections()
	got, err := client.Get(wanted.Base + wanted.Path)
	if err != nil {
		return nil, err
	}
	defer got.Body.Close()
	came := []string{}
	lines := bufio.NewScanner(got.Body)
	for lines.Scan() {
		event, found := strings.CutPrefix(lines.Text(), "data: ")
		if !found {
			continue
		}
		came = append(came, event)
		if len(came) == 1 {
			released, err := client.Get(wanted.Base + wanted.Release)
			if err != nil {
				return nil, err
			}
			released.Body.Close()
		}
	}
	return seen{"events": came, "type": got.Header.Get("Content-Type")}, lines.Err()
}

func speakWebSocket(wanted order) (seen, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	connection, _, err := websocket.Dial(ctx, wanted.Base+wanted.Path,
		&websocket.DialOptions{Subprotocols: []string{"interop"}})
	if err != nil {
		return nil, err
	}
	defer connection.CloseNow()
	connection.SetReadLimit(-1)
	text, err := echoed(ctx, connection, websocket.MessageText, []byte("h\u00e9llo"))
	if err != nil {
		return nil, err
	}
	data, err := echoed(ctx, connection, websocket.MessageBinary, body(100_000))
	if err != nil {
		return nil, err
	}
	_, err = echoed(ctx, connection, websocket.MessageText, []byte("close"))
	var closed websocket.CloseError
	errors.As(err, &closed)
	return seen{"subprotocol": connection.Subprotocol(), "text": string(text), "bytes": len(data),
		"intact": isIntact(data), "code": int(closed.Code)}, nil
}

func echoed(ctx context.Context, connection *websocket.Conn, kind websocket.MessageType, message []byte) ([]byte, error) {
	if err := connection.Write(ctx, kind, message); err != nil {
		return nil, err
	}
	_, got, err := connection.Read(ctx)
	return got, err
}
