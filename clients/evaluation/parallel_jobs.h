#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace efferent {

/// Runs job(0) ... job(num_jobs - 1), each once, on up to `num_threads` threads (0: as many as the
/// machine has); returns when all are done. What a job computes must depend on its number alone, and
/// go where no other job writes: then so does the whole, whatever the number of threads. The first
/// job, by number, that threw has its exception thrown again here, after the others have ended.
///
/// `poll`, if given, is called some ten times a second from the calling thread (for a progress
/// bar).
void RunJobs(std::size_t num_jobs, int num_threads, const std::function<void(std::size_t)>& job,
             const std::function<void()>& poll = {});

}  // namespace efferent
