#pragma once

#include <filesystem>
#include <memory>

#include "server/recording/recorder.h"
#include "server/recording/resume.h"
#include "server/session/session_registry.h"

namespace efferent::test {

/// A server's sessions, resumed from a folder.
class NextServer {
 public:
  explicit NextServer(const std::filesystem::path& folder, double within_s = 1e6,
                      DecoderFactory make_decoder = MakeDecoder)
      : recorder_(MakeRecorder(folder)),
        registry_({}, 8, std::make_shared<ProcessorBudget>(1.0), make_decoder, recorder_,
                  recorder_) {
    ResumeSessions(recorder_.get(), within_s, make_decoder, &registry_);
  }
  SessionRegistry& registry() { return registry_; }

 private:
  static std::shared_ptr<Recorder> MakeRecorder(const std::filesystem::path& folder) {
    RecorderParams params;
    params.data_dir = folder;
    return std::make_shared<Recorder>(params);
  }
  std::shared_ptr<Recorder> recorder_;
  SessionRegistry registry_;
};

}  // namespace efferent::test
