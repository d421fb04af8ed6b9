#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "efferent/v1/decoder.grpc.pb.h"
#include "server/loop/monotonic_clock.h"
#include "server/services/service_context.h"

namespace efferent {

/// Takes a decoder in; see DecoderService.ImportDecoder in proto/efferent/v1/decoder.proto. What comes may be
/// anything: it is kept only as far as a decoder of the session can be that large, for a few calls at a
/// time, and the session hears of it when it has been found fit.
class DecoderImport final : public grpc::ServerReadReactor<v1::ImportDecoderRequest>,
                            public ServerStream,
                            public std::enable_shared_from_this<DecoderImport> {
 public:
  /// Calls that may keep a state at the same time.
  static constexpr int kMaxImports = 4;
  /// All of it must have come by then.
  static constexpr std::int64_t kLongestNs = 60'000'000'000;

  /// `num_imports`: calls under way, this one not counted.
  DecoderImport(ServiceContext* context, std::atomic<int>* num_imports,
                v1::ImportDecoderResponse* response);

  void Begin();
  void OnReadDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void End(StreamEnd reason) noexcept override;
  void CutIfStuck(std::int64_t now_ns) noexcept override;

 private:
  void TakePiece(const std::string& piece);
  void TakeEnd();
  /// On the thread for slow work, as is Import.
  void Admit();
  void Import();
  void Post(void (DecoderImport::*work)());

  void ReadNext();
  void EndWith(const grpc::Status& status);
  void Refuse(const Violation& violation);

  ServiceContext* context_;
  std::atomic<int>* num_imports_;
  v1::ImportDecoderResponse* response_;
  const std::int64_t began_at_ns_ = MonotonicNowNs();
  v1::ImportDecoderRequest request_;
  std::optional<v1::ImportDecoderStart> start_;
  std::shared_ptr<Session> session_;
  std::string state_;
  std::mutex mutex_;
  bool finished_ = false;    // with mutex_
  bool is_reading_ = false;  // with mutex_
};

}  // namespace efferent
