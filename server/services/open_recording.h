#pragma once

#include <grpcpp/support/status.h>

#include <optional>
#include <string>

#include "server/recording/recorder.h"
#include "server/storage/database.h"
#include "server/storage/recordings.h"

namespace efferent {

/// FAILED_PRECONDITION, saying what to do.
grpc::Status NothingIsRecorded();
/// NOT_FOUND, saying what to do.
grpc::Status UnknownRecording(const std::string& name);

/// What is recorded by now, through a connection of its own.
class Archive {
 public:
  explicit Archive(Recorder* recorder);
  RecordingReader& reader() { return reader_; }

 private:
  Database database_;
  RecordingReader reader_;
};

/// One recording that is gone through.
struct OpenRecording {
  std::optional<Archive> archive;
  std::optional<RecordedSession> session;

  /// `recorder` null: nothing is recorded.
  grpc::Status Open(Recorder* recorder, const std::string& name);
};

}  // namespace efferent
