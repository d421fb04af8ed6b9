#pragma once

#include <functional>
#include <string>

namespace efferent {

/// Runs `read` once in a copy of this process and throws away what it does. HDF5 1.10 crashes on
/// some damaged files, whatever its caller checks; this way the copy crashes, and the user gets an
/// error. An exception of `read` is left for the caller's own attempt to meet again. To be called
/// before the process has threads.
/// @throws InputError naming `path` if the copy was killed by a signal, or took more than a minute
/// of processor time.
void ProbeForCrash(const std::string& path, const std::function<void()>& read);

}  // namespace efferent
