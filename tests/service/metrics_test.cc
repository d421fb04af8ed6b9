// The page that Prometheus scrapes says what the sessions say.
#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <latch>
#include <list>
#include <map>
#include <sstream>

#include "server/metrics/metrics_endpoint.h"
#include "server/process_usage.h"
#include "tests/concurrency/probe_decoder.h"
#include "tests/service/http_get.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using testing::HasSubstr;

ServerParams WithMetrics() {
  ServerParams params = OnAFreePort();
  params.metrics_listen = "127.0.0.1:0";
  return params;
}

/// The samples of a page: `name{labels}` -> value.
using Page = std::map<std::string, double>;

Page Parse(const std::string& text) {
  Page page;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.rfind(' ');
    if (line.starts_with("#") || space == std::string::npos) continue;
    page[line.substr(0, space)] = std::stod(line.substr(space + 1));
  }
  return page;
}

class Metrics : public testing::Test {
 protected:
  Metrics()
      : server_(WithMetrics(), {}, std::make_shared<LogEvents>()), clients_(server_.address()) {}

  Page Scrape() const { return Parse(HttpGet(server_.metrics_url())); }

  Server server_;
  Clients clients_;
};

const std::string kLabels = R"({session="s",subject="S01",decoder="snn")";

TEST_F(Metrics, SessionsSayThereWhatTheySayOtherwise) {
  v1::SessionConfig config = SmallConfig();
  config.set_subject_code("S01");
  ASSERT_TRUE(clients_.Create("s", config).ok());
  auto acquisition = clients_.Acquire("s");
  auto arm = clients_.Arm("s");
  for (const std::uint64_t n : {1, 2, 2, 6}) {  // one twice, three missing
    v1::AcquisitionChunk chunk = OneBin(n);
    chunk.mutable_spike_events()->add_channel(1);
    chunk.mutable_spike_events()->add_time_ns(0);  // late but for the first
    const v1::StreamArmRequest state = ArmUpdateAt(static_cast<std::int64_t>(n - 1) * kWidth);
    *chunk.add_behavior()->mutable_arm_state() = state.update().state();
    *chunk.mutable_behavior(0)->mutable_target() = state.update().target();
    ASSERT_TRUE(Send(acquisition.get(), chunk));
  }
  // Learning follows the acknowledgement.
  ASSERT_TRUE(Eventually([&] { return clients_.Get("s")->statistics().learned_bin_count() == 3; }));
  const v1::Session session = *clients_.Get("s");
  const v1::SessionStatistics& statistics = session.statistics();
  EXPECT_GT(statistics.missing_chunk_count(), 0u);
  EXPECT_GT(statistics.duplicate_chunk_count(), 0u);
  EXPECT_GT(statistics.late_event_count(), 0u);
  EXPECT_GT(statistics.missed_bin_count(), 0u);

  const Page page = Scrape();
  const auto expect = [&](const std::string& name, double value, const std::string& label = "") {
    const auto sample = page.find(name + kLabels + label + "}");
    ASSERT_NE(sample, page.end()) << name << label;
    EXPECT_DOUBLE_EQ(sample->second, value) << name << label;
  };
  const auto count = [](std::uint64_t value) { return static_cast<double>(value); };
  expect("efferent_bins_decoded_total", count(statistics.decoded_bin_count()));
  expect("efferent_bins_missed_total", count(statistics.missed_bin_count()));
  expect("efferent_bins_learned_total", count(statistics.learned_bin_count()));
  expect("efferent_learning_skipped_total", count(statistics.skipped_learning_count()));
  expect("efferent_deadlines_missed_total", count(statistics.missed_deadline_count()));
  expect("efferent_spikes_late_total", count(statistics.late_event_count()));
  expect("efferent_chunks_missing_total", count(statistics.missing_chunk_count()));
  expect("efferent_chunks_late_total", count(statistics.late_chunk_count()));
  expect("efferent_chunks_duplicate_total", count(statistics.duplicate_chunk_count()));
  expect("efferent_watchdog_held_total", count(statistics.held_count()));
  expect("efferent_watchdog_stopped_total", count(statistics.stopped_count()));
  expect("efferent_decoder_faults_total", count(statistics.fault_count()));
  expect("efferent_commands_skipped_total", count(statistics.skipped_command_count()));
  expect("efferent_mean_squared_error", statistics.mean_squared_error_m2_s2());
  expect("efferent_learning_enabled", 1);
  ASSERT_TRUE(statistics.has_firing_rate_hz() && statistics.has_weight_norm());
  expect("efferent_firing_rate_hertz", statistics.firing_rate_hz());
  expect("efferent_weight_norm", statistics.weight_norm());
  ASSERT_EQ(statistics.command_status(), v1::COMMAND_STATUS_DECODED);
  expect("efferent_command_status", 1, R"(,status="decoded")");
  expect("efferent_command_status", 0, R"(,status="stopped")");
  ASSERT_EQ(session.decoders_size(), 1);
  expect("efferent_decoder_bins_learned_total", count(session.decoders(0).learned_bin_count()),
         R"(,name="driver")");
  expect("efferent_stage_duration_seconds_count", count(statistics.decoded_bin_count()),
         R"(,stage="decode")");
  expect("efferent_decoded_until_seconds", 0.06);
  expect("efferent_stream_attached", 1, R"(,stream="acquisition")");
  expect("efferent_stream_attached", 1, R"(,stream="arm")");
  EXPECT_EQ(page.at("efferent_sessions"), 1);
  EXPECT_GT(page.at("efferent_reservable_processors"), 0);
}

TEST_F(Metrics, StagesAreHistogramsInSeconds) {
  v1::SessionConfig config = SmallConfig();
  config.set_subject_code("S01");
  ASSERT_TRUE(clients_.Create("s", config).ok());
  StageLatencies& latencies = server_.sessions().Find("s")->latencies();
  for (const std::int64_t ns : {500, 3'000, 4'095, 4'096, 2'000'000'000}) {
    latencies.Record(Stage::kDecode, ns);
  }
  const Page page = Scrape();
  const std::string labels = kLabels + R"(,stage="decode")";
  const auto below = [&](const std::string& le) {
    return page.at("efferent_stage_duration_seconds_bucket" + labels + R"(,le=")" + le + R"("})");
  };
  EXPECT_EQ(below("1.024e-06"), 1);
  EXPECT_EQ(below("2.048e-06"), 1);
  EXPECT_EQ(below("4.096e-06"), 3);
  EXPECT_EQ(below("1.6384e-05"), 4);
  EXPECT_EQ(below("1.073741824"), 4);
  EXPECT_EQ(below("+Inf"), 5);
  EXPECT_EQ(page.at("efferent_stage_duration_seconds_count" + labels + "}"), 5);
  EXPECT_NEAR(page.at("efferent_stage_duration_seconds_sum" + labels + "}"), 2.000011691, 1e-9);
}

TEST_F(Metrics, SessionThatHasEndedIsGone) {
  ASSERT_TRUE(clients_.Create("s", SmallConfig()).ok());
  EXPECT_THAT(HttpGet(server_.metrics_url()), HasSubstr(R"(session="s")"));
  ASSERT_TRUE(clients_.End("s").ok());
  const std::string text = HttpGet(server_.metrics_url());
  EXPECT_EQ(text.find(R"(session="s")"), std::string::npos);
  EXPECT_THAT(text, HasSubstr("\nefferent_sessions 0\n"));
}

TEST_F(Metrics, ProcessAndBuildAreThere) {
  const ProcessUsage before = ReadProcessUsage();
  const std::string text = HttpGet(server_.metrics_url());
  const Page page = Parse(text);
  EXPECT_GE(page.at("process_cpu_seconds_total"),
            static_cast<double>(before.processor_time_ns) * 1e-9);
  EXPECT_GT(page.at("process_resident_memory_bytes"), 1e6);
  EXPECT_THAT(text, HasSubstr("\nefferent_build_info{version=\""));
  EXPECT_EQ(page.at("efferent_events_dropped_total"), 0);
}

TEST(MetricsEndpoint, IsOffUnlessAskedFor) {
  Server server(OnAFreePort(), {}, std::make_shared<LogEvents>());
  EXPECT_EQ(server.metrics_url(), "");
}

TEST(MetricsEndpoint, AddressInUseIsAnErrorThatSaysWhatToDo) {
  Server first(WithMetrics(), {}, std::make_shared<LogEvents>());
  const std::string url = first.metrics_url();
  ServerParams params = OnAFreePort();
  const std::size_t host = std::string("http://").size();
  params.metrics_listen = url.substr(host, url.rfind('/') - host);
  try {
    Server second(params, {}, std::make_shared<LogEvents>());
    FAIL() << "two servers share " << params.metrics_listen;
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(error.what(), "cannot serve metrics on " + params.metrics_listen +
                                ": the address is in use; stop what uses it, or choose another "
                                "with --metrics-listen");
  }
}

TEST_F(Metrics, RequestsThatDoNotEndKeepNobodyWaiting) {
  const std::string url = server_.metrics_url();
  const std::size_t colon = url.rfind(':');
  const boost::asio::ip::tcp::endpoint endpoint(
      boost::asio::ip::make_address("127.0.0.1"),
      static_cast<unsigned short>(std::stoi(url.substr(colon + 1))));
  boost::asio::io_context io;
  std::list<boost::asio::ip::tcp::socket> unfinished;
  // More than are kept at a time.
  for (std::size_t i = 0; i < 2 * MetricsEndpoint::kMaxConnections; ++i) {
    unfinished.emplace_back(io).connect(endpoint);
    boost::asio::write(unfinished.back(), boost::asio::buffer("GET /metrics HTTP/1.1\r\nHo", 25));
  }
  EXPECT_THAT(HttpGet(url), HasSubstr("efferent_sessions 0"));
}

TEST_F(Metrics, OtherPathsAreNotFound) {
  std::string url = server_.metrics_url();
  url.replace(url.rfind('/'), std::string::npos, "/other");
  EXPECT_THROW(HttpGet(url), std::runtime_error);
}

TEST_F(Metrics, ConnectionsAreCounted) {
  ASSERT_TRUE(clients_.Create("s", SmallConfig()).ok());
  const Page page = Scrape();
  EXPECT_EQ(page.at("efferent_connections"), 1);
  EXPECT_GE(page.at("efferent_connections_limit"), 16);
  EXPECT_EQ(page.at("efferent_connections_refused_total"), 0);
}

TEST(MetricsEndpoint, AnswersWhileLearningHangs) {
  std::latch let_go(1);
  Server server(WithMetrics(), {}, std::make_shared<LogEvents>(), [&](const auto&, const auto&) {
    return std::make_unique<ProbeDecoder>(std::make_shared<Diary>(), [&] { let_go.wait(); });
  });
  Clients clients(server.address());
  ASSERT_TRUE(clients.Create("hangs", SmallConfig()).ok());
  auto acquisition = clients.Acquire("hangs");
  ASSERT_TRUE(Send(acquisition.get(), OneBin(1)));  // acknowledged: what hangs is its learning
  EXPECT_THAT(HttpGet(server.metrics_url()),
              HasSubstr(R"(efferent_bins_decoded_total{session="hangs",subject="",)"));
  let_go.count_down();
}

}  // namespace
}  // namespace efferent::test
