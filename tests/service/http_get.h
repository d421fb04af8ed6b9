#pragma once

#include <string>

namespace efferent::test {

/// The body of `http://HOST:PORT/TARGET`. @throws std::runtime_error unless the answer is 200.
std::string HttpGet(const std::string& url);

}  // namespace efferent::test
