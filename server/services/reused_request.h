#pragma once

#include <google/protobuf/arena.h>

#include <cstddef>
#include <memory>

namespace efferent {

/// The message that a stream reads into, again and again, in memory of its own: what a message of up to
/// some `kBytes` consists of lies side by side, and nothing is taken from the heap for it. (A message
/// that is merely reused gives the fields of a oneof back each time.) Pages that are never needed are
/// never touched.
template <class Request, std::size_t kBytes>
class ReusedRequest {
 public:
  ReusedRequest()
      : block_(std::make_unique_for_overwrite<char[]>(kBytes)), arena_(Options(block_.get())) {
    Renew();
  }

  /// An empty message to read into; the one before is gone.
  Request* Renew() {
    arena_.Reset();
    request_ = google::protobuf::Arena::CreateMessage<Request>(&arena_);
    return request_;
  }
  const Request& operator*() const { return *request_; }
  const Request* operator->() const { return request_; }

 private:
  static google::protobuf::ArenaOptions Options(char* block) {
    google::protobuf::ArenaOptions options;
    options.initial_block = block;
    options.initial_block_size = kBytes;
    return options;
  }

  std::unique_ptr<char[]> block_;
  google::protobuf::Arena arena_;
  Request* request_ = nullptr;
};

}  // namespace efferent
