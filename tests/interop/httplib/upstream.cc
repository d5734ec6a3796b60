#include <httplib.h>

#include <boost/json.hpp>
#include <condition_variable>
#include <iostream>
#include <map>
#include <mutex>
#include <set>

#include "interop/httplib/peers.h"

namespace taskgate::interop {

namespace {

namespace json = boost::json;
using httplib::ContentReader;
using httplib::DataSink;
using httplib::Request;
using httplib::Response;

std::size_t size_of(const Request& request) {
  return std::stoul(request.get_param_value("n"));
}

// Event streams whose second event comes when somebody asks for it.
class Releases {
 public:
  void release(const std::string& key) {
    const std::lock_guard lock(mutex_);
    released_.insert(key);
    changed_.notify_all();
  }

  void wait_for(const std::string& key) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return released_.contains(key); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> released_;
};

void small(const Request&, Response& answer) {
  answer.set_header("Set-Cookie", "a=1");
  answer.set_header("Set-Cookie", "b=2");
  answer.set_content("small\n", "text/plain");
}

void large(const Request& request, Response& answer) {
  answer.set_content(body(size_of(request)), "application/octet-stream");
}

void stream(const Request& request, Response& answer) {
  answer.set_chunked_content_provider("application/octet-stream",
                                      [data = body(size_of(request))](std::size_t, DataSink& sink) {
                                        sink.write(data.data(), data.size());
                                        sink.done();
                                        return true;
                                      });
}

// Half of what is promised, and then the provider fails.
bool half_of(const std::string& data, std::size_t offset, DataSink& sink) {
  return offset == 0 && sink.write(data.data(), data.size() / 2);
}

void cut(const Request& request, Response& answer) {
  answer.set_content_provider(
      size_of(request), "application/octet-stream",
      [data = body(size_of(request))](std::size_t offset, std::size_t, DataSink& sink) {
        return half_of(data, offset, sink);
      });
}

void cut_stream(const Request& request, Response& answer) {
  answer.set_chunked_content_provider(
      "application/octet-stream",
      [data = body(size_of(request))](std::size_t offset, DataSink& sink) {
        return half_of(data, offset, sink);
      });
}

json::object received(const Request& request, const ContentReader& read) {
  std::string data;
  read([&](const char* part, std::size_t size) {
    data.append(part, size);
    return true;
  });
  const std::string coding = request.get_header_value("Transfer-Encoding");
  return {{"bytes", data.size()},
          {"intact", is_intact(data)},
          {"framing", coding.empty() ? "length" : coding}};
}

void echo(const Request& request, Response& answer, const ContentReader& read) {
  json::object told = received(request, read);
  told["method"] = request.method;
  told["trailer"] = "";
  answer.set_content(json::serialize(told), "application/json");
}

void create(const Request& request, Response& answer, const ContentReader& read) {
  json::object told = received(request, read);
  told["status"] = "error";  // nothing is started
  told["task_id"] = "1";
  answer.status = 201;
  // Of a type that the library does not compress: the gate could not read in it that nothing was
  // started.
  answer.set_content(json::serialize(told), "application/vnd.interop+json");
}

void add_events(httplib::Server& server, Releases& releases) {
  server.Get("/events", [&](const Request& request, Response& answer) {
    const std::string key = request.get_param_value("key");
    answer.set_chunked_content_provider("text/event-stream",
                                        [&releases, key](std::size_t, DataSink& sink) {
                                          sink.write("data: 1\n\n", 9);
                                          releases.wait_for(key);
                                          sink.write("data: 2\n\n", 9);
                                          sink.done();
                                          return true;
                                        });
  });
  server.Get("/release", [&](const Request& request, Response& answer) {
    releases.release(request.get_param_value("key"));
    answer.status = 204;
  });
}

}  // namespace

void serve_upstream(std::size_t threads) {
  Releases releases;
  httplib::Server server;
  server.new_task_queue = [threads] { return new httplib::ThreadPool(threads); };
  server.set_read_timeout(60);
  server.set_keep_alive_timeout(60);
  server.Get("/small", small);
  server.Get("/empty", [](const Request&, Response& answer) { answer.status = 204; });
  server.Get("/large", large);
  server.Get("/stream", stream);
  server.Get("/cut", cut);
  server.Get("/cut-stream", cut_stream);
  server.Post("/echo", echo);
  server.Put("/echo", echo);
  server.Post("/refuse", [](const Request&, Response& answer) { answer.status = 403; });
  server.Post("/api/claude/tasks", create);
  server.set_expect_100_continue_handler(
      [](const Request& request, Response&) { return request.path == "/refuse" ? 403 : 100; });
  add_events(server, releases);
  const int port = server.bind_to_any_port("127.0.0.1");
  std::cout << json::serialize(json::object{{"port", port}}) << std::endl;
  server.listen_after_bind();
}

}  // namespace taskgate::interop
