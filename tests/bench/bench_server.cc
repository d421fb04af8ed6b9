#include "tests/bench/bench_server.h"

#include <spdlog/fmt/fmt.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/process/search_path.hpp>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <thread>

#include "tests/bench/redis_link.h"

namespace efferent::bench {
namespace {

constexpr std::chrono::seconds kPatience{20};
constexpr int kTailLines = 15;
constexpr const char* kListening = "listening on ";

void WaitUntil(demo::ChildProcess& child, const std::function<bool()>& ready) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    const bool was_running = child.IsRunning();
    if (ready()) return;
    if (!was_running || std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error(fmt::format("{} does not listen. The end of its log:\n{}",
                                           child.name(), child.TailOfLog(kTailLines)));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::string ListenAddress(const std::string& log) {
  const std::size_t begin = log.find(kListening);
  const std::size_t end = log.find('\n', begin);
  if (begin == std::string::npos || end == std::string::npos) return "";
  const std::size_t address = begin + std::string(kListening).size();
  return log.substr(address, end - address);
}

// Redis takes port 0 for none. Another process could take this one first; then Redis says so.
int FreePort() {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
  return acceptor.local_endpoint().port();
}

}  // namespace

BenchServer::BenchServer(const std::string& name, const std::filesystem::path& program,
                         const std::vector<std::string>& arguments, const ScratchFolder& folder)
    : child_(name, program, arguments, folder.path() / (name + ".log")) {
  WaitUntil(child_, [this] { return !(address_ = ListenAddress(child_.ReadLog())).empty(); });
}

int BenchServer::port() const { return std::stoi(address_.substr(address_.rfind(':') + 1)); }

void BenchServer::RequireRunning() {
  if (child_.IsRunning()) return;
  throw std::runtime_error(fmt::format("{} ended too early, with {}. The end of its log:\n{}",
                                       child_.name(), child_.DescribeEnd(),
                                       child_.TailOfLog(kTailLines)));
}

std::filesystem::path OwnProgram() { return std::filesystem::read_symlink("/proc/self/exe"); }

RedisServer::RedisServer(const std::filesystem::path& program, const ScratchFolder& folder)
    : port_(FreePort()),
      child_("redis-server", program,
             {"--port", std::to_string(port_), "--bind", "127.0.0.1", "--save", "", "--appendonly",
              "no", "--dir", folder.path().string()},
             folder.path() / "redis-server.log") {
  WaitUntil(child_, [this] {
    return child_.ReadLog().find("Ready to accept connections") != std::string::npos;
  });
}

std::filesystem::path RedisServer::FindProgram() {
  return boost::process::search_path("redis-server").string();
}

}  // namespace efferent::bench
