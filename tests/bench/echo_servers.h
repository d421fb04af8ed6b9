#pragma once

namespace CLI {
class App;
}

namespace efferent::bench {

/// Adds the hidden subcommands that `efferent-bench roundtrip` starts as children, each a server with
/// nothing else in it. They print `listening on ADDRESS` and serve until they are ended.
///   serve-tcp        frames of bytes, see frame.h
///   serve-grpc       a bidirectional stream of bytes, callback API
///   serve-contract   acquisition streams: chunks are parsed and acknowledged, nothing is decoded
///   relay-redis      answers what comes in one Redis stream in another
/// All but serve-contract answer with as many bytes as the request's first four say.
void AddEchoServers(CLI::App& app);

}  // namespace efferent::bench
