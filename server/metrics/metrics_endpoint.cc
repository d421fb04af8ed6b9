#include "server/metrics/metrics_endpoint.h"

#include <stdexcept>
#include <utility>

#include "server/config/listen_address.h"

namespace efferent {

MetricsEndpoint::MetricsEndpoint(const std::string& address, Collectables collectables)
    : collectables_(std::move(collectables)) {
  try {
    exposer_ = std::make_unique<prometheus::Exposer>(address);
  } catch (const std::exception&) {  // which says no more than `possible problem binding to port`
    throw std::runtime_error("cannot serve metrics on " + address + ": " +
                             WhyNotListening(address, "--metrics-listen"));
  }
  for (const auto& collectable : collectables_) exposer_->RegisterCollectable(collectable);
  url_ = "http://" + WithPort(address, exposer_->GetListeningPorts().front()) + "/metrics";
}

}  // namespace efferent
