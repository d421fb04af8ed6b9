#include "tests/bench/round_trip_systems.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <stdexcept>

#include "clients/session/server_connection.h"
#include "tests/bench/bench_server.h"
#include "tests/bench/byte_round_trips.h"
#include "tests/bench/chunk_round_trips.h"

namespace efferent::bench {
namespace {

using boost::asio::ip::tcp;

/// A server and the connection to it. The connection does nothing before it is used.
struct Served {
  Served(const std::string& name, const std::filesystem::path& program,
         const std::vector<std::string>& arguments, const ScratchFolder& folder)
      : server(name, program, arguments, folder), connection(server.address()) {}

  BenchServer server;
  ServerConnection connection;
};

struct TcpLink {
  explicit TcpLink(const ScratchFolder& folder)
      : server("serve-tcp", OwnProgram(), {"serve-tcp"}, folder), socket(io) {
    const auto port = static_cast<unsigned short>(server.port());
    socket.connect({boost::asio::ip::address_v4::loopback(), port});
    socket.set_option(tcp::no_delay(true));
  }

  BenchServer server;
  boost::asio::io_context io;
  tcp::socket socket;
};

struct RedisRelay {
  RedisRelay(const std::filesystem::path& program, const ScratchFolder& folder)
      : server(program, folder),
        relay("relay-redis", OwnProgram(), {"relay-redis", "--port", std::to_string(server.port())},
              folder),
        link(server.port(), kRedisReplies) {}

  RedisServer server;
  BenchServer relay;
  RedisLink link;
};

}  // namespace

const std::vector<std::string>& RoundTripSystems() {
  static const std::vector<std::string> systems = {"tcp",   "grpc_echo", "contract_echo",
                                                   "redis", "efferent",  "efferent_arm"};
  return systems;
}

const std::vector<std::string>& RecordingSystems() {
  static const std::vector<std::string> systems = {"efferent", "recorded", "efferent_arm",
                                                   "recorded_arm"};
  return systems;
}

struct RoundTripServers::Impl {
  ScratchFolder folder;
  std::unique_ptr<TcpLink> tcp;
  std::unique_ptr<Served> grpc, contract, efferentd, recording;
  std::unique_ptr<RedisRelay> redis;
};

RoundTripServers::RoundTripServers(const std::vector<std::string>& systems)
    : impl_(std::make_unique<Impl>()) {
  const auto wanted = [&systems](const char* system) {
    return std::find(systems.begin(), systems.end(), system) != systems.end();
  };
  const ScratchFolder& folder = impl_->folder;
  if (wanted("tcp")) impl_->tcp = std::make_unique<TcpLink>(folder);
  if (wanted("grpc_echo")) {
    impl_->grpc = std::make_unique<Served>("serve-grpc", OwnProgram(),
                                           std::vector<std::string>{"serve-grpc"}, folder);
  }
  if (wanted("contract_echo")) {
    impl_->contract = std::make_unique<Served>("serve-contract", OwnProgram(),
                                               std::vector<std::string>{"serve-contract"}, folder);
  }
  if (wanted("redis")) {
    const auto program = RedisServer::FindProgram();
    if (!program.empty()) impl_->redis = std::make_unique<RedisRelay>(program, folder);
  }
  const auto program = OwnProgram().parent_path() / "efferentd";
  std::vector<std::string> arguments = {"--listen", "127.0.0.1:0", "--log-level", "warning"};
  if (wanted("efferent") || wanted("efferent_arm")) {
    impl_->efferentd = std::make_unique<Served>("efferentd", program, arguments, folder);
  }
  if (wanted("recorded") || wanted("recorded_arm")) {
    arguments.insert(arguments.end(), {"--data-dir", (folder.path() / "data").string()});
    impl_->recording = std::make_unique<Served>("efferentd-recording", program, arguments, folder);
  }
}

RoundTripServers::~RoundTripServers() = default;

std::optional<std::string> RoundTripServers::WhyWithout(const std::string& system) const {
  if (system != "redis" || impl_->redis) return std::nullopt;
  return "redis-server is not installed (apt-get install redis-server)";
}

std::unique_ptr<RoundTrip> RoundTripServers::Open(const std::string& system,
                                                  const RoundTripCondition& condition,
                                                  std::shared_ptr<const ChunkSource> source,
                                                  const RoundTripSession& session) {
  if (system == "tcp") return MakeTcpRoundTrip(&impl_->tcp->socket, std::move(source));
  if (system == "redis") return MakeRedisRoundTrip(&impl_->redis->link, std::move(source));
  if (system == "grpc_echo") {
    return MakeGrpcEchoRoundTrip(impl_->grpc->connection, std::move(source));
  }
  if (system == "contract_echo") {
    return MakeContractRoundTrip(impl_->contract->connection, std::move(source));
  }
  if (system == "efferent" || system == "efferent_arm") {
    return MakeEfferentRoundTrip(impl_->efferentd->connection, condition, std::move(source),
                                 session, system == "efferent_arm");
  }
  if (system == "recorded" || system == "recorded_arm") {
    return MakeEfferentRoundTrip(impl_->recording->connection, condition, std::move(source),
                                 session, system == "recorded_arm");
  }
  throw std::invalid_argument("there is no system `" + system + "`");
}

}  // namespace efferent::bench
