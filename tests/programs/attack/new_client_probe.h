#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace efferent::test {

/// A client that behaves: again and again it connects anew, creates a session and ends it, and measures how long
/// that takes when it tries until it succeeds. A thread of its own.
class NewClientProbe {
 public:
  explicit NewClientProbe(std::string address);
  ~NewClientProbe();

  /// The longest since the last call, seconds; one that is under way counts with what it has taken so far.
  double TakeWorst();
  /// Times that it got in.
  std::uint64_t num_successes() const { return num_successes_; }
  /// What the last try that failed was told.
  std::string last_refusal();

 private:
  using Clock = std::chrono::steady_clock;

  void Run();
  bool TryOnce();

  const std::string address_;
  std::atomic<bool> is_over_ = false;
  std::atomic<std::uint64_t> num_successes_ = 0;
  std::mutex mutex_;
  Clock::time_point began_ = Clock::now();  // the one under way
  double worst_s_ = 0.0;
  std::string last_refusal_;
  std::thread thread_;
};

}  // namespace efferent::test
