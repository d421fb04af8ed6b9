#include "tests/architecture/arrows.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string_view>

namespace efferent {
namespace {

// Own contract, and standards of others that it holds a copy of.
constexpr std::array<std::string_view, 4> kContract{"efferent/v1/", "google/rpc/", "grpc/health/",
                                                    "grpc/reflection/"};

// The standard headers that a pure function needs. What starts threads, locks, reads clocks or does
// input and output is left out on purpose: <thread>, <mutex>, <atomic>, <chrono>, <fstream>, ...
const std::set<std::string, std::less<>> kStandardHeadersOfTheDecoder{"algorithm",
                                                                      "any",
                                                                      "array",
                                                                      "bit",
                                                                      "bitset",
                                                                      "cassert",
                                                                      "cerrno",
                                                                      "cfloat",
                                                                      "charconv",
                                                                      "cinttypes",
                                                                      "climits",
                                                                      "cmath",
                                                                      "compare",
                                                                      "complex",
                                                                      "concepts",
                                                                      "cstddef",
                                                                      "cstdint",
                                                                      "cstdlib",
                                                                      "cstring",
                                                                      "deque",
                                                                      "exception",
                                                                      "functional",
                                                                      "initializer_list",
                                                                      "iterator",
                                                                      "limits",
                                                                      "list",
                                                                      "map",
                                                                      "memory",
                                                                      "new",
                                                                      "numbers",
                                                                      "numeric",
                                                                      "optional",
                                                                      "queue",
                                                                      "random",
                                                                      "ranges",
                                                                      "ratio",
                                                                      "set",
                                                                      "span",
                                                                      "sstream",
                                                                      "stack",
                                                                      "stdexcept",
                                                                      "string",
                                                                      "string_view",
                                                                      "tuple",
                                                                      "type_traits",
                                                                      "typeinfo",
                                                                      "unordered_map",
                                                                      "unordered_set",
                                                                      "utility",
                                                                      "valarray",
                                                                      "variant",
                                                                      "vector",
                                                                      "version",
                                                                      "immintrin.h"};

constexpr std::array kForbiddenFolderNames{"common", "core", "util", "utils"};

bool In(std::string_view path, std::string_view folder) { return path.starts_with(folder); }

bool IsRoom(std::string_view path) {
  return In(path, "decoder/") || In(path, "files/") || In(path, "server/") ||
         In(path, "clients/") || In(path, "tests/");
}

bool InContract(std::string_view path) {
  return std::any_of(kContract.begin(), kContract.end(),
                     [path](std::string_view folder) { return In(path, folder); });
}

bool IsGrpcOrProtobuf(std::string_view path) {
  return In(path, "grpc/") || In(path, "grpcpp/") || In(path, "grpc++/") ||
         In(path, "google/protobuf/") || InContract(path);
}

// "efferent/v1/arm.grpc.pb.h" -> "proto/efferent/v1/arm.proto"; absent for anything else.
std::optional<std::string> ContractSource(std::string_view path) {
  if (!InContract(path) || !path.ends_with(".pb.h")) return std::nullopt;
  path.remove_suffix(std::string_view(".pb.h").size());
  if (path.ends_with(".grpc")) path.remove_suffix(std::string_view(".grpc").size());
  return "proto/" + std::string(path) + ".proto";
}

// What is wrong with the way an include is written; empty if nothing.
std::string FaultOfForm(const IncludeDirective& include, const SourceTree& tree) {
  const auto contract = ContractSource(include.path);
  if (!include.quoted) {
    return IsRoom(include.path) || contract ? "an own header is included in quotes" : "";
  }
  if (tree.files.contains(include.path) || (contract && tree.files.contains(*contract))) return "";
  const auto beside = std::filesystem::path(include.file).parent_path() / include.path;
  if (tree.files.contains(beside.lexically_normal().generic_string())) {
    return "an own header is included by its full path from the root";
  }
  return "no such file in the project (headers of others go in angle brackets)";
}

std::string FaultOfDecoder(const IncludeDirective& include) {
  if (In(include.path, "decoder/") || In(include.path, "Eigen/")) return "";
  if (kStandardHeadersOfTheDecoder.contains(include.path)) return "";
  return "decoder/ knows itself, Eigen and the pure part of the standard library";
}

// Which arrow an include draws against the architecture; empty if none.
std::string FaultOfArrow(const IncludeDirective& include) {
  const std::string_view from = include.file;
  const std::string_view to = include.path;
  if (In(from, "proto/")) {
    return InContract(to) || In(to, "google/protobuf/") ? "" : "proto/ knows nothing";
  }
  if (In(from, "tests/")) return "";
  if (In(to, "tests/")) return "nobody but tests includes tests/";
  if (In(from, "decoder/")) return FaultOfDecoder(include);
  if (In(from, "files/") && (In(to, "server/") || In(to, "clients/"))) {
    return "files/ knows neither server/ nor clients/";
  }
  if (In(from, "server/") && In(to, "clients/")) return "server/ does not know clients/";
  if (In(from, "clients/")) {
    if (In(to, "server/")) return "clients/ know the server by its contract only, not server/";
    if (In(to, "decoder/") && !In(from, "clients/evaluation/")) {
      return "of clients/ only evaluation/ knows decoder/";
    }
  }
  return "";
}

using IncludesOfFile = std::map<std::string, std::vector<const IncludeDirective*>, std::less<>>;

// The first include of gRPC or Protobuf that `file` reaches through own headers; null if there is
// none.
const IncludeDirective* FindGrpc(const std::string& file, const IncludesOfFile& includes,
                                 std::set<std::string>* seen) {
  if (!seen->insert(file).second) return nullptr;
  const auto found = includes.find(file);
  if (found == includes.end()) return nullptr;
  for (const IncludeDirective* include : found->second) {
    if (IsGrpcOrProtobuf(include->path)) return include;
    if (const auto* deeper = FindGrpc(include->path, includes, seen)) return deeper;
  }
  return nullptr;
}

}  // namespace

std::vector<std::string> FindViolations(const SourceTree& tree) {
  std::vector<std::string> violations;
  IncludesOfFile includes_of_file;
  for (const IncludeDirective& include : tree.includes) {
    includes_of_file[include.file].push_back(&include);
  }
  const auto report = [&](const IncludeDirective& include, const std::string& fault) {
    if (fault.empty()) return;
    violations.push_back(include.file + ":" + std::to_string(include.line) + ": " + fault + ": " +
                         include.path);
  };

  for (const IncludeDirective& include : tree.includes) {
    const bool is_proto = In(include.file, "proto/");
    report(include, is_proto ? "" : FaultOfForm(include, tree));
    report(include, FaultOfArrow(include));
    if (!In(include.file, "server/loop/")) continue;
    std::set<std::string> seen;
    if (IsGrpcOrProtobuf(include.path)) {
      report(include, "server/loop/ knows neither gRPC nor Protobuf");
    } else if (const auto* deeper = FindGrpc(include.path, includes_of_file, &seen)) {
      report(include,
             "server/loop/ knows neither gRPC nor Protobuf, reached through " + deeper->file);
    }
  }
  for (const std::string& folder : tree.folders) {
    for (const char* name : kForbiddenFolderNames) {
      if (std::filesystem::path(folder).filename() == name) {
        violations.push_back(folder + ": a folder is named after what it is about, not " + name);
      }
    }
  }
  for (const std::string& file : tree.files) {
    if (In(file, "deploy/") && (file.ends_with(".cc") || file.ends_with(".h"))) {
      violations.push_back(file + ": deploy/ holds files, no code");
    }
    if (In(file, "proto/") && !file.ends_with(".proto")) {
      violations.push_back(file + ": proto/ holds the contract only");
    }
  }
  return violations;
}

}  // namespace efferent
