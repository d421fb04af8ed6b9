#pragma once

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>

#include <memory>
#include <string>
#include <vector>

namespace efferent {

/// Answers HTTP requests for `/metrics` in Prometheus's text format, on two threads of its own. There
/// is neither TLS nor a password: an address that only Prometheus reaches. Destruction takes up to 2 s,
/// which is how often civetweb looks whether it shall end.
class MetricsEndpoint {
 public:
  using Collectables = std::vector<std::shared_ptr<prometheus::Collectable>>;

  /// `address`: HOST:PORT, port 0 for any free one.
  /// @throws std::runtime_error naming the address, and why nothing can listen there.
  MetricsEndpoint(const std::string& address, Collectables collectables);

  /// For example `http://127.0.0.1:9464/metrics`, with the port that was chosen.
  const std::string& url() const { return url_; }

 private:
  Collectables collectables_;
  std::unique_ptr<prometheus::Exposer> exposer_;  // after what it shows: it holds weak pointers
  std::string url_;
};

}  // namespace efferent
