#include "server/services/open_recording.h"

#include "server/services/error_status.h"

namespace efferent {
namespace {

/// Whoever has ended a session looks for it at once.
const std::filesystem::path& UpToDate(Recorder* recorder) {
  recorder->Flush();
  return recorder->database_file();
}

}  // namespace

grpc::Status NothingIsRecorded() {
  return MakeStatus(grpc::StatusCode::FAILED_PRECONDITION,
                    "this server records nothing; start it with --data-dir");
}

grpc::Status UnknownRecording(const std::string& name) {
  return AboutResource(
      MakeStatus(grpc::StatusCode::NOT_FOUND,
                 "there is no recording `" + name + "`; `efferent sessions` lists them",
                 {{"name", "is unknown"}}),
      kRecordingResource, name, "is unknown");
}

Archive::Archive(Recorder* recorder)
    : database_(UpToDate(recorder), Database::Access::kRead), reader_(&database_) {}

grpc::Status OpenRecording::Open(Recorder* recorder, const std::string& name) {
  if (!recorder) return NothingIsRecorded();
  archive.emplace(recorder);
  session = archive->reader().FindSession(name);
  return session ? grpc::Status::OK : UnknownRecording(name);
}

}  // namespace efferent
