#pragma once

#include <grpcpp/completion_queue.h>

#include <thread>

namespace efferent::load {

/// What is done when an operation that was begun on a CompletionThread's queue has ended: its tag.
class Completion {
 public:
  virtual void Complete(bool ok) = 0;

 protected:
  ~Completion() = default;
};

/// One thread for the ends of all operations on its queue. gRPC's callbacks come on several threads,
/// which hand each event on to one another: where the load shares processors with the server, that
/// would take as long as all the rest. Nothing may be under way any more when it is destroyed.
class CompletionThread {
 public:
  CompletionThread() : thread_([this] { Run(); }) {}
  ~CompletionThread() {
    queue_.Shutdown();
    thread_.join();
  }
  CompletionThread(const CompletionThread&) = delete;
  CompletionThread& operator=(const CompletionThread&) = delete;

  grpc::CompletionQueue* queue() { return &queue_; }

 private:
  void Run() {
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) static_cast<Completion*>(tag)->Complete(ok);
  }

  grpc::CompletionQueue queue_;
  std::thread thread_;
};

}  // namespace efferent::load
