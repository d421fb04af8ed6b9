#pragma once

#include <prometheus/collectable.h>

#include <boost/asio/io_context.hpp>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/listeners.h"

namespace efferent {

/// Answers HTTP requests for `/metrics` in Prometheus's text format, on a thread of its own. There
/// is neither TLS nor a password: an address that only Prometheus reaches.
///
/// Requests that do not end keep nobody waiting: there are at most kMaxConnections, the oldest gives way to the
/// next one, and each is closed after five seconds.
class MetricsEndpoint {
 public:
  using Collectables = std::vector<std::shared_ptr<prometheus::Collectable>>;
  static constexpr std::size_t kMaxConnections = 16;

  /// `address`: HOST:PORT, port 0 for any free one.
  /// @throws std::runtime_error naming the address, and why nothing can listen there.
  MetricsEndpoint(const std::string& address, Collectables collectables);
  ~MetricsEndpoint();
  MetricsEndpoint(const MetricsEndpoint&) = delete;
  MetricsEndpoint& operator=(const MetricsEndpoint&) = delete;

  /// For example `http://127.0.0.1:9464/metrics`, with the port that was chosen.
  const std::string& url() const { return url_; }

 private:
  class Connection;

  void Accept(Listener* listener);
  std::string Page() const;

  const Collectables collectables_;
  std::string url_;
  boost::asio::io_context io_{1};
  std::list<Listener> listeners_;
  std::list<std::weak_ptr<Connection>> connections_;  // the oldest first
  std::thread thread_;
};

}  // namespace efferent
