#include "clients/arm/arm_client.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/service/service_fixture.h"

namespace efferent {
namespace {

using test::Clients;

/// A server that can go away and come back on the same port.
class ArmClientTest : public testing::Test {
 protected:
  void StartServer() {
    ServerParams params;
    params.listen = {address_};
    server_ = std::make_unique<Server>(params, v1::SessionConfig(), std::make_shared<LogEvents>());
    address_ = server_->address();
    clients_ = std::make_unique<Clients>(address_);
    const grpc::Status status = clients_->Create("arm-test", test::SmallConfig());
    ASSERT_TRUE(status.ok()) << status.error_message();
    bins_ = clients_->Acquire("arm-test");
    next_chunk_ = 1;
  }

  void StartArm() {
    ArmOptions options;
    options.address = address_;
    options.session_id = "arm-test";
    options.phases = {{"one", 10, true}};
    client_ = std::make_unique<ArmClient>(
        options, stop_,
        [this](const std::string& news) {
          const std::lock_guard lock(mutex_);
          news_.push_back(news);
        },
        [] {});
    thread_ = std::thread([this] { client_->Run(); });
  }
  void TearDown() override {
    stop_.Request();
    if (thread_.joinable()) thread_.join();
  }

  bool Said(const std::string& part) {
    const std::lock_guard lock(mutex_);
    return std::any_of(news_.begin(), news_.end(), [&](const std::string& news) {
      return news.find(part) != std::string::npos;
    });
  }
  void SendBin() { test::Send(bins_.get(), test::OneBin(next_chunk_++)); }

  std::string address_ = "127.0.0.1:0";
  std::unique_ptr<Server> server_;
  std::unique_ptr<Clients> clients_;
  std::unique_ptr<test::AcquisitionCall> bins_;
  std::uint64_t next_chunk_ = 1;
  StopFlag stop_;
  std::unique_ptr<ArmClient> client_;
  std::thread thread_;
  std::mutex mutex_;
  std::vector<std::string> news_;
};

TEST_F(ArmClientTest, StopsByItselfWhenCommandsCease) {
  StartServer();
  StartArm();
  ASSERT_TRUE(test::Eventually([this] { return Said("attached"); }));
  // The session's own watchdog stays quiet for a minute: only the arm can notice.
  ASSERT_TRUE(test::Eventually([this] {
    SendBin();
    const auto session = clients_->Get("arm-test");
    return session && session->arm_attached() && next_chunk_ > 20;
  }));
  EXPECT_TRUE(test::Eventually([this] { return Said("the arm stopped by itself"); }));
  EXPECT_TRUE(test::Eventually([this] {
    SendBin();
    return Said("commands come");
  })) << "and goes on when they come again";
}

TEST_F(ArmClientTest, StandsStillWhenTheServerGoesAndGoesOnWithItsSuccessor) {
  StartServer();
  StartArm();
  ASSERT_TRUE(test::Eventually([this] { return Said("attached"); }));
  for (int i = 0; i < 20; ++i) SendBin();
  bins_.reset();
  server_.reset();
  ASSERT_TRUE(test::Eventually([this] { return Said("the arm stands still, trying again"); }));
  StartServer();
  EXPECT_TRUE(test::Eventually([this] { return Said("a new one"); }));
}

}  // namespace
}  // namespace efferent
