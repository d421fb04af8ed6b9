#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "efferent/v1/recording.grpc.pb.h"

namespace efferent::test {

/// What the server says when it has decoded a recording again, to its end.
inline v1::VerificationResult VerifyRecording(const std::shared_ptr<grpc::Channel>& channel,
                                              const std::string& name) {
  grpc::ClientContext context;
  v1::VerifyRecordingRequest request;
  request.set_name(name);
  const auto reader = v1::RecordingService::NewStub(channel)->VerifyRecording(&context, request);
  v1::VerifyRecordingResponse response;
  while (reader->Read(&response)) {
  }
  EXPECT_TRUE(reader->Finish().ok());
  return response.result();
}

}  // namespace efferent::test
