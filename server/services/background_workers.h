#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <memory>
#include <utility>

namespace efferent {

/// Threads for what may take long: `Post` for chunks that nobody waits for (recordings at full speed,
/// sources that flood), at a lower priority than the threads that decode in real time; `PostControl`
/// for the making of sessions and decoders, on threads of its own, so that a large one does not hold up the
/// others. Nothing is dropped: what is
/// posted is bounded by the streams that are open and the calls under way.
class BackgroundWorkers {
 public:
  static constexpr std::size_t kControlThreads = 4;

  explicit BackgroundWorkers(std::size_t num_workers);

  template <class Work>
  void Post(Work&& work) {
    boost::asio::post(chunks_, std::forward<Work>(work));
  }
  template <class Work>
  void PostControl(Work&& work) {
    boost::asio::post(control_, std::forward<Work>(work));
  }

  /// For looking into recordings, on another thread of its own, at the lower priority.
  template <class Work>
  void PostArchive(Work&& work) {
    boost::asio::post(archive_, std::forward<Work>(work));
  }

  /// The same after a while.
  template <class Work>
  void PostArchiveLater(std::chrono::milliseconds delay, Work&& work) {
    const auto timer = std::make_shared<boost::asio::steady_timer>(archive_.get_executor(), delay);
    timer->async_wait([timer, work = std::forward<Work>(work)](const auto&) mutable { work(); });
  }

  /// Runs what has been posted, then ends the threads.
  void Join();

 private:
  boost::asio::thread_pool chunks_;
  boost::asio::thread_pool control_{kControlThreads};
  boost::asio::thread_pool archive_{1};
};

}  // namespace efferent
